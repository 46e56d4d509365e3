package invites

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
)

// MinKey is the length of the shortest key that [NewKeys] takes, in bytes.
const MinKey = 32

// Keys is the ring of secret keys that make and verify links. The zero value
// has no key: it verifies nothing. It prints as a placeholder. Safe for
// concurrent use.
type Keys struct{ ring []*secretKey }

// secretKey is behind a pointer, which fmt prints as an address where it may not call
// the methods of Keys: in an unexported field.
type secretKey struct{ secret []byte }

// NewKeys returns the ring with newest first. Links are made with newest;
// older keys still verify the links that were made with them, until they are
// dropped (I4). A key is at least 32 bytes of good randomness; a shorter one is
// refused with an error that names the field and not the key. The keys are
// copied.
func NewKeys(newest []byte, older ...[]byte) (Keys, error) {
	var k Keys
	for i, secret := range append([][]byte{newest}, older...) {
		if len(secret) < MinKey {
			return Keys{}, input.Errorf(input.At("keys", i), "is shorter than %d bytes", MinKey)
		}
		k.ring = append(k.ring, &secretKey{slices.Clone(secret)})
	}
	return k, nil
}

// Empty reports whether k has no key.
func (k Keys) Empty() bool { return len(k.ring) == 0 }

// String returns a placeholder.
func (Keys) String() string { return "invites.Keys(secret)" }

// GoString returns a placeholder.
func (Keys) GoString() string { return "invites.Keys(secret)" }

// LogValue returns a placeholder.
func (Keys) LogValue() slog.Value { return slog.StringValue("invites.Keys(secret)") }

// MarshalText returns a placeholder.
func (Keys) MarshalText() ([]byte, error) { return []byte("invites.Keys(secret)"), nil }

// Derive returns a key of size bytes for each key of k, in order, for another
// purpose than links: who has it learns nothing about k, and each purpose has
// others (HKDF, RFC 5869). More than 8,160 bytes are an error.
func (k Keys) Derive(purpose string, size int) ([][]byte, error) {
	derived := make([][]byte, len(k.ring))
	for i, key := range k.ring {
		var err error
		if derived[i], err = hkdf.Key(sha256.New, key.secret, nil, purpose, size); err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
	}
	return derived, nil
}

// A token is organization, member and MAC, 64 bytes in base64 without padding.
const (
	tokenBytes = 16 + 16 + sha256.Size
	tokenChars = (tokenBytes*8 + 5) / 6
)

// context keeps these MACs apart from whatever else the host makes with its key.
const context = "charter invitation 1"

var encoding = base64.RawURLEncoding.Strict()

// Claim is what a token says before anything is believed. The zero value is
// that of no token: it names no row and no key verifies it.
type Claim struct {
	Org    orgs.ID
	Member orgs.MemberID
	ids    [32]byte
	mac    [sha256.Size]byte
	formed bool
}

// Parse returns what token claims. It never fails: a token that is no token
// gives a claim that [Keys.Verify] refuses, by the same steps as any other.
func Parse(token string) Claim {
	c := Claim{Org: orgs.ID(uuid.Nil.String()), Member: orgs.MemberID(uuid.Nil.String())}
	if len(token) != tokenChars {
		return c
	}
	raw, err := encoding.DecodeString(token)
	if err != nil || len(raw) != tokenBytes {
		return c
	}
	c.formed = true
	copy(c.ids[:], raw)
	copy(c.mac[:], raw[len(c.ids):])
	c.Org = orgs.ID(uuid.UUID(c.ids[:16]).String())
	c.Member = orgs.MemberID(uuid.UUID(c.ids[16:]).String())
	return c
}

// Verify reports whether c was made with one of the keys for row m as it is now
// (I4). Every key is tried, whatever the outcome of the others, and compared in
// constant time, also when m is the zero Member because there is no such row.
func (k Keys) Verify(c Claim, m orgs.Member) bool {
	match := 0
	for _, key := range k.ring {
		mac := sign(key.secret, c.ids, m.Issue)
		match |= subtle.ConstantTimeCompare(mac, c.mac[:])
	}
	return match == 1 && c.formed && m.ID == c.Member && m.Org == c.Org
}

var errNotUUID = errors.New("an organization or member ID is not a UUID of the library's making")

// Token returns the token of m's present issue under the newest key: the same
// each time (I3). The error is about an m whose IDs the library did not make,
// or an empty ring.
func (k Keys) Token(m orgs.Member) (string, error) {
	org, err1 := uuid.Parse(string(m.Org))
	member, err2 := uuid.Parse(string(m.ID))
	if err1 != nil || err2 != nil {
		return "", errNotUUID
	}
	if k.Empty() {
		return "", input.Errorf("keys", "is empty")
	}
	var ids [32]byte
	copy(ids[:16], org[:])
	copy(ids[16:], member[:])
	raw := append(ids[:], sign(k.ring[0].secret, ids, m.Issue)...)
	return encoding.EncodeToString(raw), nil
}

func sign(key []byte, ids [32]byte, issue int) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(context))
	mac.Write(ids[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(issue)))
	return mac.Sum(nil)
}

// Link is the address to follow, with the token at its end. Whoever has it can
// see the invitation, so it prints, logs and marshals as a placeholder; [Link.URL]
// and [Link.Token] are the real ones. The zero value is no link.
type Link struct{ parts *linkParts }

// linkParts is behind a pointer for the reason that [secretKey] is.
type linkParts struct{ prefix, token string }

// NewLink returns the link to the token of m: prefix, then the token.
func (k Keys) NewLink(prefix string, m orgs.Member) (Link, error) {
	token, err := k.Token(m)
	if err != nil {
		return Link{}, err
	}
	return Link{&linkParts{prefix, token}}, nil
}

// URL returns the link itself: the host's prefix, then the token.
func (l Link) URL() string {
	if l.parts == nil {
		return ""
	}
	return l.parts.prefix + l.parts.token
}

// Token returns the end of the link, which [Parse] reads.
func (l Link) Token() string {
	if l.parts == nil {
		return ""
	}
	return l.parts.token
}

// Format writes a placeholder, whatever the verb.
func (l Link) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(l.String())) }

// String returns a placeholder.
func (Link) String() string { return "invites.Link(secret)" }

// GoString returns a placeholder.
func (Link) GoString() string { return "invites.Link(secret)" }

// LogValue returns a placeholder.
func (Link) LogValue() slog.Value { return slog.StringValue("invites.Link(secret)") }

// MarshalText returns a placeholder.
func (Link) MarshalText() ([]byte, error) { return []byte("invites.Link(secret)"), nil }
