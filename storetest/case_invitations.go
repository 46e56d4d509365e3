package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func invitationCases() []Case {
	return []Case{
		numbered(19, "an invitation comes with what is its organization's", caseInvitationOf),
		numbered(21, "invitations are to one address", caseInvitationAddress),
		numbered(24, "invitations by organization", caseInvitations),
		numbered(24, "invitations follow every change", caseInvitationsFollow),
		numbered(24, "invitations are the row's, whoever has the address", caseInvitationsOfUser),
	}
}

// invitations returns the pager of the invitations to address.
func (t *trial) invitations(address string) pager[store.Invitation, orgs.ID] {
	return pager[store.Invitation, orgs.ID]{
		page: func(after *orgs.ID, limit int) ([]store.Invitation, error) {
			q := store.InvitationQuery{Address: address, Limit: limit}
			if after != nil {
				q.After = *after
			}
			return t.s.Invitations(t.ctx, q)
		},
		at: func(in store.Invitation) orgs.ID { return in.Member.Org },
	}
}

// pending checks which invitations there are to address.
func (t *trial) pending(when, address string, want ...store.Invitation) {
	if t.err != nil {
		return
	}
	got, err := t.s.Invitations(t.ctx, store.InvitationQuery{Address: address, Limit: everything})
	t.must("Invitations", err)
	t.same(fmt.Sprintf("invitations to %s %s", address, when), got, want)
}

// invitation returns m as it is listed: into an organization of the scene, by ada.
func invitation(m orgs.Member) store.Invitation {
	return store.Invitation{Member: m, Organization: "The " + string(m.Org), Inviter: profile(string(ada))}
}

// dans returns the invitations of the scene to Dan, in acme and in umbra.
func dans() (inAcme, inUmbra store.Invitation) {
	inAcme = invitation(invited(acme, danRow, "Dan@mail.example", roles.Editor))
	inUmbra = invitation(invited(umbra, danToo, "dan@mail.example", auditor))
	inUmbra.Role = "auditor"
	return inAcme, inUmbra
}

// caseInvitationOf has rows and roles of one ID in two organizations, where they are
// not the same.
func caseInvitationOf(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	one, other := dans()
	t.pending("in the scene", "dan@mail.example", one, other)
	one = invitation(invited(acme, newRow, "new@mail.example", auditor))
	one.Role = "Auditor"
	other = invitation(invited(umbra, newRow, "new@mail.example", auditor))
	other.Role, other.Member.Message, other.Member.Issue = "auditor", "", 3
	u := user(uma)
	other.Member.InvitedBy, other.Inviter = uma, u.Profile
	third := invitation(invited(newco, newRow, "New@Mail.example", auditor)) // a role that newco does not have
	third.Member.InvitedBy, third.Inviter = none, orgs.Profile{}
	t.do(store.Want{Org: acme}, createMember(one.Member))
	t.do(store.Want{Org: umbra}, createMember(other.Member))
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)), createMember(third.Member))
	t.pending("of one row ID", "new@mail.example", one, third, other)
	t.do(store.Want{Org: acme}, updateRole(acme, custom(auditor, "Examiner")))
	one.Role = "Examiner"
	t.pending("after a role of one has another name", "new@mail.example", one, third, other)
	t.do(store.Want{Org: acme}, deleteMember(acme, newRow))
	t.pending("after the row of one went", "new@mail.example", third, other)
	return t.err
}

// caseInvitationAddress invites addresses that something may take for each other.
func caseInvitationAddress(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	folded := []string{
		"kim@mail.example", "\u212Aim@mail.example", "k.im@mail.example", "kim+1@mail.example", "k_m@mail.example", "k%@mail.example",
		"kim@mail.example.test", "akim@mail.example", "\u00e9@mail.example", "e\u0301@mail.example", "\u00c9@mail.example", "ki\u200bm@mail.example",
	}
	var ops []op
	all := map[string]store.Invitation{}
	for i, address := range folded {
		in := invitation(invited(acme, orgs.MemberID(fmt.Sprintf("m-%02d", i)), address, roles.Viewer))
		in.Inviter = orgs.Profile{} // ada is not there
		ops = append(ops, createMember(in.Member))
		all[address] = in
	}
	t.do(store.Want{Org: acme}, ops...)
	for address, in := range all {
		t.pending("alone", address, in)
	}
	for _, address := range []string{"", "kim", "@mail.example", "k", "kim@mail.example ", "kim@mail", "Kim@mail.example", "%", "K_m@mail.example"} {
		t.pending("that nobody invited", address)
	}
	return t.err
}

// caseInvitations invites one address from many organizations, and reads pages while
// invitations are revoked, made, and accepted.
func caseInvitations(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Users: []orgs.UserID{ada}}, putUser(user(ada)))
	made := 0
	invite := func(org orgs.ID) store.Invitation {
		made++ // the rows are in no order of their organizations
		in := invitation(invited(org, orgs.MemberID(fmt.Sprintf("m-%02d", made)), "Kim@mail.example", roles.Viewer))
		t.do(store.Want{Org: org}, createOrganization(organization(org)), createMember(in.Member),
			createMember(invited(org, "m-other", "lim@mail.example", roles.Viewer)))
		return in
	}
	var want []store.Invitation
	for _, org := range []orgs.ID{"b", "B", "a", "A", "aa", "a ", "\u00e1", "c", "d", "e", "0", "f", "g"} {
		want = append(want, invite(org))
	}
	slices.SortFunc(want, func(a, b store.Invitation) int { return compareIDs(a.Member.Org, b.Member.Org) })
	p := t.invitations("kim@mail.example")
	walk(t, "invitations", p, want)
	walk(t, "invitations to nobody", t.invitations("nobody@mail.example"), nil)
	var stay []store.Invitation
	for i, in := range want {
		if i%4 != 1 {
			stay = append(stay, in)
		}
	}
	stroll(t, "invitations", p, stay, func(pages int) {
		if i := pages*2 - 1; i < len(want) && i%4 == 1 {
			org := want[i].Member.Org
			if i%8 == 1 {
				t.do(store.Want{Org: org}, deleteMember(org, want[i].Member.ID))
			} else {
				t.do(store.Want{Org: org}, deleteOrganization(org, tombstone(org)))
			}
		}
		if pages < len(want) {
			invite(orgs.ID(fmt.Sprintf("%c-new-%02d", 'a'+pages%3, pages)))
		}
	})
	return t.err
}

// caseInvitationsFollow looks at Dan's invitations after each change of them.
func caseInvitationsFollow(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	const address = "dan@mail.example"
	one, other := dans()
	row := one.Member
	row.Role, row.Issue = auditor, 2
	t.do(store.Want{Org: acme}, updateMember(row))
	one.Member, one.Role = row, "Auditor"
	t.pending("after another role and link", address, one, other)
	o := t.organizationOf(umbra)
	o.Name, other.Organization = "Umbra & Co.", "Umbra & Co."
	t.do(store.Want{Org: umbra}, updateOrganization(o))
	t.pending("after another name", address, one, other)
	one.Inviter = profile("adele")
	other.Inviter = one.Inviter
	t.do(store.Want{Users: []orgs.UserID{ada}}, putProfile(ada, one.Inviter))
	t.pending("after another profile of the inviter's", address, one, other)
	t.do(store.Want{Org: acme}, deleteMember(acme, adaRow))
	t.pending("after the inviter left", address, one, other)
	t.do(store.Want{Org: acme, Users: []orgs.UserID{eve}}, joinMember(joined(row, user(eve))))
	t.pending("after one was accepted", address, other)
	again := invitation(invited(acme, newRow, "DAN@mail.example", roles.Viewer))
	again.Inviter = one.Inviter
	t.do(store.Want{Org: acme}, createMember(again.Member))
	t.pending("after another one", address, again, other)
	t.do(store.Want{Org: acme}, deleteMember(acme, danRow)) // who accepted leaves
	t.pending("after who accepted has left", address, again, other)
	t.do(store.Want{Org: umbra}, deleteOrganization(umbra, tombstone(umbra)))
	t.pending("after an organization was deleted", address, again)
	t.do(store.Want{Org: acme}, deleteMember(acme, newRow))
	t.pending("after the last was revoked", address)
	t.do(store.Want{Org: umbra}, createOrganization(organization(umbra)))
	t.pending("after an organization came back", address)
	return t.err
}

// caseInvitationsOfUser gives users the address of an invitation: in their profile,
// and as active members of the organization that invites it.
func caseInvitationsOfUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	const address = "dan@mail.example"
	one, other := dans()
	dan := orgs.Profile{Email: "Dan@Mail.example", FirstName: "Dan"}
	e, z := user(eve), user(zoe)
	e.Profile, z.Profile = dan, dan
	t.do(store.Want{Org: acme, Users: []orgs.UserID{eve, zoe}}, putUser(e), putUser(z), createMember(active(acme, newRow, e, roles.Viewer)))
	t.pending("of a member's address", address, one, other)
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, dan))
	t.pending("of a member's new address", address, one, other)
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, profile("bob")))
	t.pending("of an address that a member had", address, one, other)
	t.pending("of a member's address that is not invited", "bob@mail.example")
	t.do(store.Want{Org: acme}, deleteMember(acme, danRow))
	t.pending("after one was revoked", address, other)
	return t.err
}
