package charter

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
)

// Cursor says where a page ended, for the next one, or began, for the one before.
// It is opaque, fits in a URL, and works only with the query that it came from: the
// same list, organization, filters and order; another limit is fine. It stays good
// while rows come and go, and as long as the key is in [Options.InvitationKeys]
// that was the newest. It is encrypted: the position in it may be somebody's
// address, or a resource that a [Restriction] hides. The zero value starts at the
// beginning.
type Cursor string

// cursors seals positions, with the newest key, and opens them, with any.
type cursors []cursorKey

// cursorKey is one key of the ring, for cursors. The nonce is made of what is
// sealed, so that the same place has the same cursor and no nonce ever serves two
// texts (as in RFC 5297).
type cursorKey struct {
	seal  cipher.AEAD
	nonce []byte
}

const aes256 = 32

func newCursors(keys invites.Keys) (cursors, error) {
	list, err := keys.Derive("charter cursor 2", aes256+sha256.Size)
	if err != nil {
		return nil, err
	}
	var ring cursors
	for _, derived := range list {
		block, err := aes.NewCipher(derived[:aes256])
		if err != nil {
			return nil, err
		}
		seal, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		ring = append(ring, cursorKey{seal, derived[aes256:]})
	}
	return ring, nil
}

// maxCursor bounds what is decoded: two names and an ID in JSON, in base64.
const maxCursor = 8192

// at returns the cursor of query at position, both of which are plain values
// that encoding/json can write.
func (ring cursors) at(query, position any) (Cursor, error) {
	about, err := fingerprint(query)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(position)
	if err != nil {
		return "", err
	}
	key := ring[0]
	mac := hmac.New(sha256.New, key.nonce)
	mac.Write(about) // which is always as long
	mac.Write(text)
	nonce := mac.Sum(nil)[:key.seal.NonceSize()]
	return Cursor(base64.RawURLEncoding.EncodeToString(key.seal.Seal(nonce, nonce, text, about))), nil
}

// open returns the position that c holds for query, nil for the zero Cursor. A query
// is of its own type, so that it costs nothing where there is no cursor.
func open[P, Q any](ring cursors, c Cursor, query Q) (*P, error) {
	if c == "" {
		return nil, nil //nolint:nilnil // from the start, which is no error
	}
	about, err := fingerprint(query)
	if err != nil {
		return nil, err
	}
	position := new(P)
	if text, ok := ring.opened(c, about); !ok || json.Unmarshal(text, position) != nil {
		return nil, input.Errorf("cursor", "is not of this query")
	}
	return position, nil
}

func (ring cursors) opened(c Cursor, about []byte) ([]byte, bool) {
	if len(c) > maxCursor {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil {
		return nil, false
	}
	for _, key := range ring {
		size := key.seal.NonceSize()
		if len(raw) < size {
			return nil, false
		}
		if text, err := key.seal.Open(nil, raw[:size], raw[size:], about); err == nil {
			return text, true
		}
	}
	return nil, false
}

// fingerprint returns what a cursor says of its query.
func fingerprint(query any) ([]byte, error) {
	text, err := json.Marshal(query)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}
