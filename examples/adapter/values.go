package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// load decodes the value of key into value and reports whether there is one.
func load(b *bolt.Bucket, key string, value any) (bool, error) {
	return decode(b.Get([]byte(key)), value)
}

// decode copies whatever it keeps: what the file hands out lives no longer than
// the transaction (C22).
func decode(stored []byte, value any) (bool, error) {
	if stored == nil {
		return false, nil
	}
	if err := json.Unmarshal(stored, value); err != nil {
		return false, fmt.Errorf("boltstore: read a record: %w", err)
	}
	return true, nil
}

// save encodes value under key.
func save(b *bolt.Bucket, key []byte, value any) error {
	stored, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("boltstore: encode a record: %w", err)
	}
	return put(b, key, stored)
}

func put(b *bolt.Bucket, key, value []byte) error {
	if err := b.Put(key, value); err != nil {
		return fmt.Errorf("boltstore: write: %w", err)
	}
	return nil
}

// mark puts a key that says all there is to say. The value is empty and not nil,
// which bbolt would take for absence until the commit.
func mark(b *bolt.Bucket, key []byte) error {
	return put(b, key, []byte{})
}

// remove deletes key, if it is there.
func remove(b *bolt.Bucket, key []byte) error {
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("boltstore: delete: %w", err)
	}
	return nil
}

func has(b *bolt.Bucket, key []byte) bool {
	return b.Get(key) != nil
}

// numbered returns the number that is stored under key, 0 when there is none.
func numbered(b *bolt.Bucket, key string) uint64 {
	stored := b.Get([]byte(key))
	if len(stored) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(stored)
}
