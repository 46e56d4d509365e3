package store

import "context"

type insideKey struct{ store any }

// Enter returns ctx marked as running inside a View or Update of s, a pointer to
// the adapter's store. An adapter gives the marked context to fn, so that
// [Inside] can tell a nested Update before it waits for itself (C12).
func Enter(ctx context.Context, s any) context.Context {
	return context.WithValue(ctx, insideKey{s}, true)
}

// Inside reports whether ctx was marked by [Enter] for s.
func Inside(ctx context.Context, s any) bool {
	return ctx.Value(insideKey{s}) != nil
}
