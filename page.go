package charter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// Cursor says where a page ended, for the next one. It is opaque, fits in a URL,
// and works only with the query that it came from: the same list, organization,
// filters and order; another limit is fine. It stays good while rows come and
// go. The zero value starts at the beginning.
type Cursor string

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next asks for the page after this one; empty when this is the last. A page
	// may have fewer items than its limit, even none, and still have a next one:
	// a [Restriction] took some away.
	Next Cursor
}

// PageQuery asks for a page of a list that has no filters.
type PageQuery struct {
	Limit  int    // 1 to 1,000; 0 means 50
	Cursor Cursor // of the page before; empty starts
}

// The limits of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

func limitOf(n int) (int, error) {
	switch {
	case n == 0:
		return DefaultLimit, nil
	case n < 0 || n > MaxLimit:
		return 0, input.Errorf("limit", "is below 0 or above %d", MaxLimit)
	}
	return n, nil
}

// A cursor is a fingerprint of the query and the position as JSON. It carries
// no secret and needs no MAC: each page asks again who may see it, and a forged
// position is only another place in the same list.
const fingerprintBytes = 8

func fingerprint(query any) ([]byte, error) {
	text, err := json.Marshal(query)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:fingerprintBytes], nil
}

// newCursor returns the cursor of query at position, both of which are plain
// values that encoding/json can write.
func newCursor(query, position any) (Cursor, error) {
	mark, err := fingerprint(query)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(position)
	if err != nil {
		return "", err
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(append(mark, text...))), nil
}

// maxCursor bounds what is decoded: two names and an ID in JSON, in base64.
const maxCursor = 8192

// open returns the position that c holds for query, nil for the zero Cursor.
func open[P any](c Cursor, query any) (*P, error) {
	if c == "" {
		return nil, nil //nolint:nilnil // from the start, which is no error
	}
	bad := input.Errorf("cursor", "is not of this query")
	if len(c) > maxCursor {
		return nil, bad
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil || len(raw) < fingerprintBytes {
		return nil, bad
	}
	mark, err := fingerprint(query)
	if err != nil {
		return nil, err
	}
	position := new(P)
	raw, text := raw[:fingerprintBytes], raw[fingerprintBytes:]
	if !bytes.Equal(raw, mark) || !storable(text) || json.Unmarshal(text, position) != nil {
		return nil, bad
	}
	return position, nil
}

// storable reports whether position, which is JSON that anybody may have made
// up, is free of what input checks keep from stores: NUL, and numbers beyond an
// int64. What is no UTF-8 encoding/json replaces.
func storable(position []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(position))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch v := token.(type) {
		case string:
			if strings.IndexByte(v, 0) >= 0 {
				return false
			}
		case json.Number:
			if _, err := v.Int64(); err != nil {
				return false
			}
		}
	}
}

// paged returns the page of rows, of which one more than limit was asked for,
// so that the last page is known without another look. Position says where a row
// is.
func paged[T, P any](rows []T, limit int, query any, position func(T) P) (Page[T], error) {
	if len(rows) <= limit {
		return Page[T]{Items: rows}, nil
	}
	rows = rows[:limit]
	next, err := newCursor(query, position(rows[limit-1]))
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: rows, Next: next}, nil
}

// every iterates over all pages that fetch returns. An error ends it: it comes
// last, with the zero T.
func every[T any](from Cursor, fetch func(Cursor) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := from; ; {
			page, err := fetch(cursor)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			cursor = page.Next
		}
	}
}
