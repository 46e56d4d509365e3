package servicetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func linkRules() []Rule {
	return []Rule{
		{"I4", "what is stored holds no part of a link's secret", i4NotStored},
		{"I4", "a link made with another key does not work", i4OtherKey},
		{"I4", "keys rotate: the newest makes, older ones verify until dropped", i4Rotation},
		{"I4", "a re-issued link kills every earlier one", i4Reissue},
		{"I4", "a link is never printed, logged or marshalled", i4Printed},
		{"M1", "who invites without users.access has the links of their own invitations alone", m1Links},
		{"I6", "a token with any bit altered does not work", i6EveryBit},
		{"I6", "a token cut or extended anywhere does not work", i6EveryLength},
		{"I6", "a token written in another way does not work", i6OtherWriting},
		{"I6", "forged, foreign, revoked, re-issued and unknown tokens give one answer", i6OneAnswer},
		{"I6", "every token that does not work costs the same looks at the store", i6SameCost},
	}
}

// ring returns the key ring of bytes b, newest first.
func ring(w *World, b ...byte) invites.Keys {
	w.Helper()
	secrets := make([][]byte, len(b))
	for i := range b {
		secrets[i] = bytes.Repeat(b[i:i+1], invites.MinKey)
	}
	keys, err := invites.NewKeys(secrets[0], secrets[1:]...)
	w.Must(err)
	return keys
}

// withKeys returns a World like w whose Service has the keys of bytes b.
func (w *World) withKeys(b ...byte) *World {
	w.Helper()
	return w.Also(func(o *charter.Options) { o.InvitationKeys = ring(w, b...) })
}

// dead fails the test unless token is refused as every bad one is, by Open and
// by Accept, and nothing changed.
func (w *World) dead(token string, who charter.Invitee) {
	w.Helper()
	for name, use := range map[string]func() error{
		"open":   func() error { return errOf(w.Svc.Invites.Open(w.Ctx, token)) },
		"accept": func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token, who)) },
	} {
		if err := use(); err != charter.ErrInvalidLink { //nolint:errorlint // the very same value is the claim
			w.Fatalf("%s: got %v, want the bare ErrInvalidLink", name, err)
		}
	}
}

func i4NotStored(w *World) {
	t := newTown(w)
	reissued, err := w.Svc.Invites.Reissue(w.Ctx, t.ada, t.invited())
	w.Must(err)
	text := fmt.Sprintf("%+v", w.Dump())
	for _, issued := range []charter.Issued{t.pending, reissued} {
		raw, err := base64.RawURLEncoding.DecodeString(token(issued))
		w.Must(err)
		mac := raw[32:]
		for name, secret := range map[string]string{
			"token": token(issued), "its end": token(issued)[43:], "MAC": string(mac), "MAC in hex": hex.EncodeToString(mac),
			"MAC in base64": base64.StdEncoding.EncodeToString(mac), "MAC as numbers": strings.Trim(fmt.Sprint(mac), "[]"),
		} {
			w.True("not stored: "+name, !strings.Contains(strings.ToLower(text), strings.ToLower(secret)))
		}
	}
}

func i4OtherKey(w *World) {
	t := newTown(w)
	row := t.pending.Member // all that a stolen database has
	for _, b := range [][]byte{{0}, {1}, {8, 9}} {
		forged, err := ring(w, b...).Token(row)
		w.Must(err)
		w.dead(forged, Invitee("pam"))
	}
	w.withKeys(9).dead(token(t.pending), Invitee("pam"))
	w.Accept(t.pending, "pam")
}

func i4Rotation(w *World) {
	old := w.withKeys(1)
	t := newTown(old)
	first := token(t.pending)
	both := w.withKeys(2, 1)
	w.Must(errOf(both.Svc.Invites.Open(w.Ctx, first)))
	again, err := both.Svc.Invites.Link(w.Ctx, t.ada, t.invited())
	w.Must(err)
	w.True("new links use the newest key", token(again) != first)
	w.Must(errOf(both.Svc.Invites.Open(w.Ctx, token(again))))
	third := w.withKeys(3, 2, 1)
	w.Must(errOf(third.Svc.Invites.Open(w.Ctx, first)))
	dropped := w.withKeys(3, 2)
	dropped.dead(first, Invitee("pam"))
	old.dead(token(again), Invitee("pam"))
	w.Must(errOf(dropped.Svc.Invites.Accept(w.Ctx, token(again), Invitee("pam"))))
}

func i4Reissue(w *World) {
	t := newTown(w)
	earlier := []string{token(t.pending)}
	for range 3 {
		var issued charter.Issued
		event := w.Does(store.InvitationReissued, func() (err error) {
			issued, err = w.Svc.Invites.Reissue(w.Ctx, t.ada, t.invited())
			return err
		})
		w.Same("actor", event.Actor, t.ada.User)
		w.Same("detail", event.Detail, store.Detail{Member: t.invited()})
		for _, dead := range earlier {
			w.dead(dead, Invitee("pam"))
		}
		copied, err := w.Svc.Invites.Link(w.Ctx, t.ada, t.invited())
		w.Must(err)
		w.Same("the copied link", token(copied), token(issued))
		row := t.pending.Member
		row.Issue = issued.Member.Issue
		w.Same("nothing else changed", issued.Member, row)
		earlier = append(earlier, token(issued))
	}
	last := earlier[len(earlier)-1]
	w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, last, Invitee("pam"))))
	for _, dead := range earlier[:len(earlier)-1] {
		w.dead(dead, Invitee("pam"))
	}
}

func i4Printed(w *World) {
	t := newTown(w)
	var log bytes.Buffer
	loud := w.Also(func(o *charter.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	issued, err := loud.Svc.Invites.Link(w.Ctx, t.ada, t.invited())
	w.Must(err)
	text, err := json.Marshal(issued)
	w.Must(err)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("issued", "issued", issued, "link", issued.Link)
	keys := ring(w, 7)
	hidden := struct {
		link   invites.Link
		issued charter.Issued
	}{issued.Link, issued}
	format := "%d %t %x %X %c %e %p %08.3f" // not a constant, and so not vetted
	printed := fmt.Sprintf(format, issued.Link, issued.Link, issued.Link, issued.Link, issued.Link, issued.Link, issued.Link, issued.Link) +
		fmt.Sprintf("%v %+v %#v %d", hidden, hidden, hidden, []any{hidden}) +
		fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v", issued, issued, issued, issued.Link, issued.Link, keys, keys, keys) +
		fmt.Sprintf("%v %+v %#v", w.Svc, w.Svc, *w.Svc) + string(text) + log.String()
	for name, secret := range map[string]string{
		"token": token(issued), "its end": token(issued)[43:], "key": runes(8, 7), "key as numbers": "7, 7", "key in hex": "0707",
		"key bytes": "7 7 7",
	} {
		w.True("not printed: "+name, !strings.Contains(printed, secret))
	}
}

// A link comes with the invited row, which only holders of users.access open.
func m1Links(w *World) {
	t := newTown(w)
	clerk := t.custom("clerk", roles.InviteUsers)
	own := w.Invite(clerk, "lea", w.Me(clerk).Role).Member.ID
	theirs := w.Invite(t.ada, "leo", w.Me(clerk).Role).Member.ID
	w.Idle(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, clerk, own)) })
	w.Does(store.InvitationReissued, func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, clerk, own)) })
	for _, id := range []orgs.MemberID{theirs, t.invited(), t.id(t.ada), t.id(t.vic), "no-such-row", w.Me(t.gil).ID} {
		w.Denied(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, clerk, id)) })
		w.Denied(func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, clerk, id)) })
	}
}

func i6EveryBit(w *World) {
	t := newTown(w)
	raw, err := base64.RawURLEncoding.DecodeString(token(t.pending))
	w.Must(err)
	w.Same("bytes of a token", len(raw), 64)
	before := w.Dump()
	for bit := range len(raw) * 8 {
		flipped := bytes.Clone(raw)
		flipped[bit/8] ^= 1 << (bit % 8)
		w.dead(base64.RawURLEncoding.EncodeToString(flipped), Invitee("pam"))
	}
	w.Same("stored", w.Dump(), before)
	w.Accept(t.pending, "pam")
}

func i6EveryLength(w *World) {
	t := newTown(w)
	good := token(t.pending)
	before := w.Dump()
	for n := range len(good) {
		w.dead(good[:n], Invitee("pam"))
		w.dead(good[n+1:], Invitee("pam"))
		w.dead(good[:n]+good[n+1:], Invitee("pam"))
	}
	for _, extra := range []string{"A", "=", "==", " ", "\n", "\x00", "?", "/", good, runes(10<<20, 'A')} {
		w.dead(good+extra, Invitee("pam"))
		w.dead(extra+good, Invitee("pam"))
	}
	w.Same("stored", w.Dump(), before)
	w.Accept(t.pending, "pam")
}

func i6OtherWriting(w *World) {
	t := newTown(w)
	good := token(t.pending)
	raw, err := base64.RawURLEncoding.DecodeString(good)
	w.Must(err)
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range letters {
		if other := good[:len(good)-1] + letters[i:i+1]; other != good {
			w.dead(other, Invitee("pam")) // also those whose bits past the end differ alone
		}
	}
	for _, other := range []string{
		base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), hex.EncodeToString(raw), string(raw),
		strings.ToUpper(good), strings.ToLower(good), good[:40] + "\n" + good[40:], good[:40] + "\r\n" + good[42:], "%" + good[1:],
		"https://app.example/i/" + good, "\xff" + good[1:],
	} {
		if other != good {
			w.dead(other, Invitee("pam"))
		}
	}
	w.Accept(t.pending, "pam")
}

func i6OneAnswer(w *World) {
	t := newTown(w)
	keys := ring(w, 7) // the very keys: only the rows are wrong
	signed := func(m orgs.Member) string {
		made, err := keys.Token(m)
		w.Must(err)
		return made
	}
	foreign, theirs := t.pending.Member, w.Invite(t.gus, "pam", roles.Viewer)
	foreign.Org = t.gus.Org
	revoked := w.Invite(t.ada, "rob", roles.Viewer)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, t.ada, revoked.Member.ID))
	reissued := w.Invite(t.ada, "ria", roles.Viewer)
	w.Must(errOf(w.Svc.Invites.Reissue(w.Ctx, t.ada, reissued.Member.ID)))
	unknown := t.pending.Member
	unknown.ID = "11111111-1111-4111-8111-111111111111"
	later := t.pending.Member
	later.Issue++
	accepted := w.Invite(t.ada, "acc", roles.Viewer)
	w.Accept(accepted, "acc")
	a, b := token(t.pending), token(theirs)
	for name, dead := range map[string]string{
		"foreign row": signed(foreign), "revoked": token(revoked), "re-issued": token(reissued), "unknown row": signed(unknown),
		"a later issue": signed(later),
		"of nothing":    signed(orgs.Member{Org: "00000000-0000-0000-0000-000000000000", ID: "00000000-0000-0000-0000-000000000000"}),
		"zeros":         runes(86, 'A'), "empty": "", "IDs of one, MAC of another": a[:43] + b[43:], "accepted by somebody else": token(accepted),
	} {
		w.Log(name)
		w.dead(dead, Invitee("pam"))
	}
	w.Accept(theirs, "pam")
	w.Accept(t.pending, "pam")
}

// counting counts the calls that reach a store.
type counting struct {
	store.Store
	members, views, updates *atomic.Int64
}

func (c counting) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	c.members.Add(1)
	return c.Store.Member(ctx, org, id)
}

func (c counting) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	c.views.Add(1)
	return c.Store.View(ctx, fn)
}

func (c counting) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	c.updates.Add(1)
	return c.Store.Update(ctx, fn)
}

func i6SameCost(w *World) {
	t := newTown(w)
	revoked := w.Invite(t.ada, "rob", roles.Viewer)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, t.ada, revoked.Member.ID))
	forged, err := ring(w, 8).Token(t.pending.Member)
	w.Must(err)
	c := counting{w.Store, new(atomic.Int64), new(atomic.Int64), new(atomic.Int64)}
	counted := w.Svc.With(c)
	for _, dead := range []string{"", "x", runes(86, 'A'), forged, token(revoked), "B" + token(t.pending)[1:], runes(1<<20, 'A')} {
		for name, use := range map[string]func() error{
			"open":   func() error { return errOf(counted.Invites.Open(w.Ctx, dead)) },
			"accept": func() error { return errOf(counted.Invites.Accept(w.Ctx, dead, Invitee("pam"))) },
		} {
			c.members.Store(0)
			w.Refused(charter.ErrInvalidLink, use)
			w.Same("looks at the store: "+name, []int64{c.members.Load(), c.views.Load(), c.updates.Load()}, []int64{1, 0, 0})
		}
	}
}
