package invites_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
)

// ring returns a ring with one key for each byte, the newest first.
func ring(t interface{ Fatal(...any) }, b ...byte) invites.Keys {
	var secrets [][]byte
	for i := range b {
		secrets = append(secrets, bytes.Repeat(b[i:i+1], invites.MinKey))
	}
	keys, err := invites.NewKeys(secrets[0], secrets[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func row(issue int) orgs.Member {
	return orgs.Member{Org: "019ca945-0a00-7bad-8d06-98d39a6b1e8a", ID: "c1ae5a0f-0b32-4b8e-8bd9-ff24a8ef3c0d", Issue: issue}
}

func made(t interface{ Fatal(...any) }, k invites.Keys, m orgs.Member) string {
	token, err := k.Token(m)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestNewKeys(t *testing.T) {
	good := bytes.Repeat([]byte{1}, invites.MinKey)
	for field, secrets := range map[string][][]byte{
		"keys[0]": {good[:31]}, "keys[1]": {good, nil}, "keys[2]": {good, good, []byte("secret")},
	} {
		keys, err := invites.NewKeys(secrets[0], secrets[1:]...)
		refused(t, err, field)
		if !keys.Empty() || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v with %v", keys, err)
		}
	}
	if _, err := invites.NewKeys(nil); err == nil {
		t.Error("no key is enough")
	}
	secret := bytes.Clone(good)
	keys, err := invites.NewKeys(secret)
	if err != nil || keys.Empty() || !(invites.Keys{}).Empty() {
		t.Error("a ring with a key is empty, or one without is not", err)
	}
	before := made(t, keys, row(0))
	secret[0] = 9
	if made(t, keys, row(0)) != before {
		t.Error("the key is shared with the caller")
	}
}

// A token is the same each time, verifies under each ring that has its key, and
// for nothing but its own row and issue (I3, I4).
func TestTokens(t *testing.T) {
	old, both, other := ring(t, 1), ring(t, 2, 1), ring(t, 3)
	token := made(t, old, row(0))
	if again := made(t, ring(t, 1), row(0)); again != token || len(token) != 86 {
		t.Errorf("got %q and %q", token, again)
	}
	claim := invites.Parse(token)
	if claim.Org != row(0).Org || claim.Member != row(0).ID {
		t.Errorf("it claims %s of %s", claim.Member, claim.Org)
	}
	if !old.Verify(claim, row(0)) || !both.Verify(claim, row(0)) {
		t.Error("a key of the ring does not verify")
	}
	if other.Verify(claim, row(0)) || (invites.Keys{}).Verify(claim, row(0)) || old.Verify(invites.Parse(made(t, both, row(0))), row(0)) {
		t.Error("a key that is not in the ring verifies")
	}
	foreign, unlike := row(0), row(0)
	foreign.Org, unlike.ID = row(0).Org[:35]+"b", row(0).ID[:35]+"e"
	for name, m := range map[string]orgs.Member{"next issue": row(1), "foreign": foreign, "another": unlike, "none": {}} {
		if old.Verify(claim, m) {
			t.Errorf("%s: verifies", name)
		}
	}
	if old.Verify(invites.Claim{}, orgs.Member{}) || old.Verify(invites.Parse(""), orgs.Member{}) {
		t.Error("no token verifies for no row")
	}
	zero := orgs.Member{Org: "00000000-0000-0000-0000-000000000000", ID: "00000000-0000-0000-0000-000000000000"}
	if old.Verify(invites.Parse("x"), zero) {
		t.Error("no token verifies for the row it is looked up by")
	}
}

// A key twice in the ring verifies still.
func TestKeyTwice(t *testing.T) {
	twice := ring(t, 1, 1)
	if !twice.Verify(invites.Parse(made(t, twice, row(0))), row(0)) {
		t.Error("it does not verify")
	}
}

func TestTokenRefuses(t *testing.T) {
	for _, m := range []orgs.Member{{}, {Org: row(0).Org}, {ID: row(0).ID}, {Org: "acme", ID: row(0).ID}} {
		if token, err := ring(t, 1).Token(m); err == nil || token != "" {
			t.Errorf("%+v: got %q", m, token)
		}
		if link, err := ring(t, 1).NewLink("https://x/", m); err == nil || link.URL() != "" {
			t.Errorf("%+v: got %q", m, link.URL())
		}
	}
	_, err := (invites.Keys{}).Token(row(0))
	refused(t, err, "keys")
}

// Whatever row and issue: the token claims its row and verifies for it alone.
func TestTokenLaws(t *testing.T) {
	id := func(t *rapid.T, name string) uuid.UUID {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		k := ring(t, rapid.Byte().Draw(t, "key"))
		m := orgs.Member{
			Org: orgs.ID(id(t, "org").String()), ID: orgs.MemberID(id(t, "member").String()), Issue: rapid.IntRange(0, 1<<62).Draw(t, "issue"),
		}
		token := made(t, k, m)
		claim := invites.Parse(token)
		if claim.Org != m.Org || claim.Member != m.ID || !k.Verify(claim, m) {
			t.Fatalf("%q of %+v claims %s of %s", token, m, claim.Member, claim.Org)
		}
		i := rapid.IntRange(0, 85).Draw(t, "at")
		letter := rapid.SampledFrom(strings.Split("ABCXYZabcxyz0189-_", "")).Draw(t, "letter")
		if altered := token[:i] + letter + token[i+1:]; altered != token && k.Verify(invites.Parse(altered), m) {
			t.Fatalf("%q verifies like %q", altered, token)
		}
		later := m
		later.Issue++
		if k.Verify(claim, later) {
			t.Fatal("it verifies for the next issue")
		}
	})
}

func TestNothingIsPrinted(t *testing.T) {
	k := ring(t, 7)
	link, err := k.NewLink("https://app.example/", row(0))
	if err != nil {
		t.Fatal(err)
	}
	if link.URL() != "https://app.example/"+made(t, k, row(0)) || link.Token() != made(t, k, row(0)) {
		t.Errorf("got %q and %q", link.URL(), link.Token())
	}
	type holder struct {
		Keys invites.Keys
		Link invites.Link
	}
	type hidden struct{ keys invites.Keys } // whose methods fmt may not call
	text, err := json.Marshal(holder{k, link})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("x", "keys", k, "link", link, "both", holder{k, link})
	}
	printed := string(text) + log.String() + fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v %s", k, k, k, k, k, link, link, link, link) +
		fmt.Sprintf("%v %+v %#v", holder{k, link}, holder{k, link}, holder{k, link}) +
		fmt.Sprintf("%v %+v %#v", hidden{k}, hidden{k}, &hidden{k})
	// Long enough not to be part of an address, which begins with anything since Go 1.26.
	for _, secret := range []string{
		link.Token()[43:], strings.Repeat("\x07", 8), "7 7 7 7", "0x7, 0x7", strings.Repeat("07", 8), "BwcHBwcH",
	} {
		if strings.Contains(printed, secret) {
			t.Errorf("printed: %q", secret)
		}
	}
	if !strings.Contains(printed, "invites.Keys(secret)") || !strings.Contains(printed, "invites.Link(secret)") {
		t.Errorf("got %s", printed)
	}
}

// FuzzVerify: of all strings, exactly the tokens of the ring's keys verify for a
// row, and whatever is parsed names rows by UUIDs.
func FuzzVerify(f *testing.F) {
	k := ring(f, 2, 1)
	newest, older := made(f, k, row(3)), made(f, ring(f, 1), row(3))
	for _, s := range []string{
		newest, older, made(f, k, row(2)), made(f, ring(f, 9), row(3)), "", "x", newest[:85], newest + "A", newest[:85] + "A",
		strings.Repeat("A", 86),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		claim := invites.Parse(s)
		if got, want := k.Verify(claim, row(3)), s == newest || s == older; got != want {
			t.Fatalf("%q verifies: %v", s, got)
		}
		org, err1 := uuid.Parse(string(claim.Org))
		member, err2 := uuid.Parse(string(claim.Member))
		if err1 != nil || err2 != nil || org.String() != string(claim.Org) || member.String() != string(claim.Member) {
			t.Fatalf("%q claims %q of %q", s, claim.Member, claim.Org)
		}
		raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
		if formed := err == nil && len(raw) == 64 && len(s) == 86; !formed && (org != uuid.Nil || member != uuid.Nil) {
			t.Fatalf("%q is no token and claims %q of %q", s, claim.Member, claim.Org)
		}
	})
}

// A derived key is of its key and its purpose, in the order of the ring.
func TestDerive(t *testing.T) {
	old, recent := bytes.Repeat([]byte{1}, invites.MinKey), bytes.Repeat([]byte{2}, invites.MinKey)
	derive := func(purpose string, newest []byte, older ...[]byte) [][]byte {
		keys, err := invites.NewKeys(newest, older...)
		if err != nil {
			t.Fatal(err)
		}
		derived, err := keys.Derive(purpose, 48)
		if err != nil {
			t.Fatal(err)
		}
		return derived
	}
	both, one := derive("a", recent, old), derive("a", old)
	if len(both) != 2 || len(both[0]) != 48 || !bytes.Equal(both[1], one[0]) || bytes.Equal(both[0], both[1]) {
		t.Errorf("of two keys: %x, of the older: %x", both, one)
	}
	if other := derive("b", old); bytes.Equal(other[0], one[0]) {
		t.Error("two purposes have one key")
	}
	if none, err := (invites.Keys{}).Derive("a", 32); len(none) != 0 || err != nil {
		t.Errorf("no key derives %x, %v", none, err)
	}
	keys, err := invites.NewKeys(old)
	if err != nil {
		t.Fatal(err)
	}
	if long, err := keys.Derive("a", 8161); long != nil || err == nil {
		t.Errorf("too long a key: %d bytes, %v", len(long), err)
	}
}

// The zero Link is no link.
func TestZeroLink(t *testing.T) {
	var none invites.Link
	if none.URL() != "" || none.Token() != "" || none.String() == "" {
		t.Errorf("got %q, %q, %q", none.URL(), none.Token(), none)
	}
}
