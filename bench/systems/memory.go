package systems

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// Groups are those that are compared with each other on the workload's sizes.
func Groups() []measure.Group {
	return []measure.Group{{Name: "in memory", Kinds: []measure.Kind{Floor(), dense(), memory()}}, caches()}
}

// Growing are the kinds that are timed with more and more members.
func Growing() []measure.Kind { return []measure.Kind{Floor(), memory()} }

func memory() measure.Kind {
	return measure.Kind{Name: "charter on memstore", Load: func(d *workload.Data) (measure.System, error) {
		return OnStore(memstore.New(), d)
	}}
}

// service is charter.
type service struct {
	ctx context.Context //nolint:containedctx // one for the whole measurement
	*charter.Service
	admins map[string]string // the first of each organization
}

// OnStore loads d into a store, and returns charter on it.
func OnStore(s store.Store, d *workload.Data) (measure.System, error) {
	ctx := context.Background()
	if err := load.Into(ctx, s, d); err != nil {
		return nil, err
	}
	keys, err := invites.NewKeys(bytes.Repeat([]byte{1}, invites.MinKey))
	if err != nil {
		return nil, err
	}
	svc, err := charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	admins := make(map[string]string, len(d.Orgs))
	for _, o := range d.Orgs {
		admins[o.ID] = o.Members[0].User
	}
	return service{ctx, svc, admins}, err
}

func actor(org, user string) charter.Actor {
	return charter.Actor{User: orgs.UserID(user), Org: orgs.ID(org)}
}

func thing(device string) grants.Resource {
	return grants.Resource{Kind: load.Kind, ID: grants.ResourceID(device)}
}

func (s service) Can(org, user, device string) (bool, error) {
	return s.Service.Can(s.ctx, actor(org, user), workload.Permission, thing(device))
}

// Resolve reads each actor's Access once.
func (s service) Resolve(questions []workload.Question) (func(int) (bool, error), error) {
	read := map[charter.Actor]*charter.Access{}
	list, things := make([]*charter.Access, len(questions)), make([]grants.Resource, len(questions))
	for i, q := range questions {
		as := actor(q.Org, q.User)
		if read[as] == nil {
			var err error
			if read[as], err = s.Access(s.ctx, as, load.Kind); err != nil {
				return nil, err
			}
		}
		list[i], things[i] = read[as], thing(q.Device)
	}
	return func(n int) (bool, error) { return list[n].Can(workload.Permission, things[n]) }, nil
}

func (s service) CanEach(org, user string, devices []string) ([]bool, error) {
	asked := make([]grants.Question, len(devices))
	for i, device := range devices {
		asked[i] = grants.Question{Permission: workload.Permission, Resource: thing(device)}
	}
	return s.Service.CanEach(s.ctx, actor(org, user), asked)
}

// seen is what every role holds, so that the devices of a Viewer are listed too.
const seen = "devices.view"

// most is the longest page there is.
const most = charter.MaxLimit

func (s service) Devices(org, user string, fn func(string)) error {
	for r, err := range s.AllResourcesFor(s.ctx, actor(org, user), seen, charter.PageQuery{Limit: most}) {
		if err != nil {
			return err
		}
		fn(string(r.ID))
	}
	return nil
}

func (s service) Users(org, device string, fn func(string)) error {
	for user, err := range s.AllUsersFor(s.ctx, orgs.ID(org), workload.Permission, thing(device), charter.PageQuery{Limit: most}) {
		if err != nil {
			return err
		}
		fn(string(user))
	}
	return nil
}

func (s service) Give(org, user, device string) error {
	return s.Grants.Give(s.ctx, charter.Host(orgs.ID(org)), orgs.MemberID(user), grants.One(load.Kind, grants.ResourceID(device)))
}

func (s service) Take(org, user, device string) error {
	return s.Grants.Take(s.ctx, charter.Host(orgs.ID(org)), orgs.MemberID(user), grants.One(load.Kind, grants.ResourceID(device)))
}

func (service) Shared() {}

func (s service) SetRole(org, user string, role workload.Role) error {
	return s.Members.ChangeRole(s.ctx, s.admin(org), orgs.MemberID(user), load.Role(role))
}

func (s service) admin(org string) charter.Actor { return actor(org, s.admins[org]) }

func (s service) Page(org string, skip, limit int) (func() ([]string, error), error) {
	query := charter.MemberQuery{}
	for left := skip; left > 0; left -= query.Limit {
		query.Limit = min(left, most)
		page, err := s.Members.Page(s.ctx, s.admin(org), query)
		if err != nil {
			return nil, err
		}
		query.Cursor = page.Next
	}
	query.Limit = limit
	return func() ([]string, error) {
		page, err := s.Members.Page(s.ctx, s.admin(org), query)
		names := make([]string, len(page.Items))
		for i, m := range page.Items {
			names[i] = string(m.User)
		}
		return names, err
	}, nil
}

func (s service) Ordered(org string, f measure.Filter, limit int) (func(int) (int, error), error) {
	var list []charter.MemberQuery
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			for _, last := range []bool{false, true} {
				q := charter.MemberQuery{Search: f.Search, Sort: sort, Descending: descending, Last: last, Limit: limit}
				for _, r := range f.Roles {
					q.Roles = append(q.Roles, load.Role(r))
				}
				list = append(list, q)
			}
		}
	}
	return func(n int) (int, error) {
		page, err := s.Members.Page(s.ctx, s.admin(org), list[n%len(list)])
		return len(page.Items), err
	}, nil
}

func (s service) Join(org, user string) error {
	_, err := s.Members.Import(s.ctx, charter.Host(orgs.ID(org)), charter.Rows([]charter.ImportedMember{{
		User: orgs.UserID(user), Role: roles.Editor, Profile: orgs.Profile{Email: user + "@mail.example", FirstName: user},
	}}), charter.Bulk{})
	return err
}

func (s service) Remove(org, user string) error {
	m, err := s.Members.Me(s.ctx, actor(org, user))
	if err != nil {
		return err
	}
	return s.Members.Remove(s.ctx, s.admin(org), m.ID, m.Email)
}

func (s service) Leave(org, user string) error {
	_, err := s.Orgs.Leave(s.ctx, actor(org, user))
	return err
}

func (s service) RefuseDeletion(org string) error {
	_, err := s.Orgs.Delete(s.ctx, s.admin(org))
	if errors.Is(err, charter.ErrOthersRemain) {
		return nil
	}
	return errors.Join(fmt.Errorf("deletion of %s: %w", org, measure.ErrWrong), err)
}

func (s service) CountRoles(org string) (map[workload.Role]int, error) {
	list, err := s.Roles.List(s.ctx, s.admin(org))
	counts := make(map[workload.Role]int, len(list))
	for _, r := range workload.Roles() {
		for _, count := range list {
			if count.Role.ID == load.Role(r) {
				counts[r] = count.Active
			}
		}
	}
	return counts, err
}
