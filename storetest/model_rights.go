package storetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func (m *model) register(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	add := some(rt, "register", m.resourcePool())
	want.Resources = append(want.Resources, add...)
	return func(held store.Held) op {
		return writing(slices.DeleteFunc(slices.Clone(add), func(r grants.Resource) bool { return held.Places[r] == store.Here }),
			func(list []grants.Resource) op { return register(org, list...) })
	}
}

func (m *model) unregister(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	gone := some(rt, "unregister", m.resourcePool())
	want.Resources = append(want.Resources, gone...)
	return func(held store.Held) op {
		return writing(slices.DeleteFunc(slices.Clone(gone), func(r grants.Resource) bool { return held.Places[r] != store.Here }),
			func(list []grants.Resource) op { return unregister(org, list...) })
	}
}

// writing returns what write makes of list, and nothing of an empty one.
func writing[T any](list []T, write func([]T) op) op {
	if len(list) == 0 {
		return all()
	}
	return write(list)
}

// give gives what the row lacks, of the resources that are there.
func (m *model) give(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	want.Member = m.rowOf(rt, org, func(orgs.Member) bool { return true }).ID
	list := some(rt, "give", m.grantPool())
	want.Grants, want.Resources = append(want.Grants, list...), m.resourcePool()
	return func(held store.Held) op {
		return writing(slices.DeleteFunc(slices.Clone(list), func(g grants.Grant) bool {
			return slices.Contains(held.MemberHas, g) || !g.All && held.Places[g.Target()] != store.Here
		}), func(list []grants.Grant) op { return give(org, want.Member, list...) })
	}
}

func (m *model) take(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	want.Member = m.rowOf(rt, org, func(orgs.Member) bool { return true }).ID
	list := some(rt, "take", m.grantPool())
	want.Grants = append(want.Grants, list...)
	return func(held store.Held) op {
		return writing(slices.DeleteFunc(slices.Clone(list), func(g grants.Grant) bool { return !slices.Contains(held.MemberHas, g) }),
			func(list []grants.Grant) op { return take(org, want.Member, list...) })
	}
}

func (m *model) append(_ *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op {
	page, _ := m.reference().Events(m.ctx, store.EventQuery{Org: org, Limit: everything})
	return always(appendEvent(detailed(org, uint64(len(page.Events)+1))))
}

// nothing writes nothing.
func (m *model) nothing(*rapid.T, orgs.ID, *store.Want) func(store.Held) op { return always() }

// scope returns everything that the plan may have written to.
func (m *model) scope() scope {
	sc := scope{
		orgs: slices.Concat(m.founded, []orgs.ID{orgs.ID(m.run + "-none")}), users: m.userPool(), roles: rolePool(),
		resources: m.resourcePool(), may: permissionPool(), dead: orgs.ID(m.run),
	}
	for _, address := range m.addressPool() {
		sc.addresses = append(sc.addresses, orgs.FoldAddress(address))
	}
	for _, org := range m.founded {
		for _, row := range m.rowsOf(org) {
			sc.members = append(sc.members, row.ID)
		}
	}
	return sc
}
