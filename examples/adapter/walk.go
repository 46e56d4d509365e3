package boltstore

import (
	"bytes"
	"iter"

	bolt "go.etcd.io/bbolt"
)

// span is a range of keys and the direction to walk it in. The zero span is
// the whole bucket, ascending.
type span struct {
	prefix []byte // only keys that begin with it
	bound  []byte // only keys after it in the direction of the walk; nil from the start
	down   bool
}

// past returns s without the keys up to, and including, the one that is prefix
// and rest.
func (s span) past(rest string) span {
	s.bound = append(bytes.Clone(s.prefix), rest...)
	return s
}

// keys iterates over the keys of s in b. They are good until the next step, or
// the next write.
func (s span) keys(b *bolt.Bucket) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for w := start(b, s); w.key != nil && yield(w.key, w.value); {
			w.next()
		}
	}
}

// gather copies the keys of s in b, to write to b while going through them.
func (s span) gather(b *bolt.Bucket) [][]byte {
	var all [][]byte
	for key := range s.keys(b) {
		all = append(all, bytes.Clone(key))
	}
	return all
}

// walk is a place within a span.
type walk struct {
	cursor     *bolt.Cursor
	span       span
	key, value []byte // nil after the last one
}

func start(b *bolt.Bucket, s span) *walk {
	w := &walk{cursor: b.Cursor(), span: s}
	if s.down {
		w.fall()
	} else {
		w.rise()
	}
	return w
}

// rise goes to the first key of an ascending walk.
func (w *walk) rise() {
	from := w.span.prefix
	if w.span.bound != nil {
		from = w.span.bound
	}
	key, value := w.cursor.Seek(from)
	if w.span.bound != nil && bytes.Equal(key, w.span.bound) {
		key, value = w.cursor.Next()
	}
	w.at(key, value)
}

// fall goes to the first key of a descending walk: the last one before the
// bound, or before whatever follows the prefix.
func (w *walk) fall() {
	end := w.span.bound
	if end == nil {
		end = after(w.span.prefix)
	}
	if end == nil {
		w.at(w.cursor.Last())
	} else if key, _ := w.cursor.Seek(end); key == nil {
		w.at(w.cursor.Last())
	} else {
		w.at(w.cursor.Prev())
	}
}

func (w *walk) next() {
	if w.span.down {
		w.at(w.cursor.Prev())
	} else {
		w.at(w.cursor.Next())
	}
}

func (w *walk) at(key, value []byte) {
	if key == nil || !bytes.HasPrefix(key, w.span.prefix) {
		key, value = nil, nil
	}
	w.key, w.value = key, value
}

// rest is the key without the prefix.
func (w *walk) rest() []byte {
	return w.key[len(w.span.prefix):]
}

// after returns the smallest key that follows all those with the prefix, nil
// when there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// merged iterates over what follows the prefixes in walks of one direction, in
// that order, and what several have only once.
func merged(walks []*walk) iter.Seq[[]byte] {
	return func(yield func(rest []byte) bool) {
		var last []byte
		for w := foremost(walks); w != nil; w = foremost(walks) {
			rest := bytes.Clone(w.rest())
			w.next()
			if last != nil && bytes.Equal(rest, last) {
				continue
			}
			if !yield(rest) {
				return
			}
			last = rest
		}
	}
}

// foremost returns the walk whose turn it is, nil when all are at their end.
func foremost(walks []*walk) *walk {
	var first *walk
	for _, w := range walks {
		if w.key == nil {
			continue
		}
		if first == nil || (bytes.Compare(w.rest(), first.rest()) < 0) != w.span.down {
			first = w
		}
	}
	return first
}

// heads iterates over the first key of each group in b, in ascending order;
// groupOf returns the prefix that a key's group has in common. It costs one seek
// a group, however large they are.
func heads(b *bolt.Bucket, groupOf func(key []byte) []byte) iter.Seq[[]byte] {
	return func(yield func(key []byte) bool) {
		c := b.Cursor()
		for key, _ := c.First(); key != nil; {
			next := after(groupOf(key))
			if !yield(key) {
				return
			}
			key, _ = c.Seek(next)
		}
	}
}
