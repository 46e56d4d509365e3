package boltstore

import (
	"context"
	"iter"

	"github.com/seed-5b9f5318/charter/store"
)

// events decodes at most limit of the events that the walk has.
func events(found iter.Seq2[[]byte, []byte], limit int) ([]store.Event, error) {
	var page []store.Event
	for _, stored := range found {
		if len(page) >= limit {
			break
		}
		var e store.Event
		if _, err := decode(stored, &e); err != nil {
			return nil, err
		}
		page = append(page, e)
	}
	return page, nil
}

// Append implements [store.Tx].
func (t *tx) Append(ctx context.Context, e store.Event) error {
	return t.writeIn(ctx, e.Org, func(in tenant) error {
		key := number(e.Number)
		if has(in.sub(subEvents), key) {
			return conflict("an event has this number")
		}
		return save(in.sub(subEvents), key, e)
	})
}
