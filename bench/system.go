package main

import (
	"bytes"
	"context"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/bench/floor"
	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/workload"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// system is something that answers the workload's questions and takes its changes.
type system interface {
	Can(org, user, device string) (bool, error)
	// Devices and Users call fn with what a list has, in any order.
	Devices(org, user string, fn func(string)) error
	Users(org, device string, fn func(string)) error
	Give(org, user, device string) error
	SetRole(org, user string, role workload.Role) error
}

// kind is a kind of system.
type kind struct {
	name string
	load func(*workload.Data) (system, error)
}

// kinds are all that are measured. The first is what the others are compared with.
func kinds() []kind {
	return []kind{
		{"floor: maps with string keys", func(d *workload.Data) (system, error) { return byHand{floor.NewCow(d)}, nil }},
		{"charter on memstore", func(d *workload.Data) (system, error) { return onStore(memstore.New(), d) }},
	}
}

// byHand is a floor.
type byHand struct{ cow *floor.Cow }

func (b byHand) Can(org, user, device string) (bool, error) { return b.cow.Can(org, user, device), nil }

func (b byHand) Devices(org, user string, fn func(string)) error {
	b.cow.Devices(org, user, fn)
	return nil
}

func (b byHand) Users(org, device string, fn func(string)) error {
	b.cow.Users(org, device, fn)
	return nil
}

func (b byHand) Give(org, user, device string) error { b.cow.Give(org, user, device); return nil }

func (b byHand) SetRole(org, user string, role workload.Role) error {
	b.cow.SetRole(org, user, role)
	return nil
}

// service is charter.
type service struct {
	ctx context.Context //nolint:containedctx // one for the whole measurement
	*charter.Service
	admins map[string]string // the first of each organization
}

func onStore(s store.Store, d *workload.Data) (system, error) {
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

const page = 1000

func (s service) Devices(org, user string, fn func(string)) error {
	query := charter.PageQuery{Limit: page}
	for {
		// What a member reaches, as the others list it: a Viewer's too.
		list, err := s.ResourcesFor(s.ctx, actor(org, user), "devices.view", query)
		if err != nil {
			return err
		}
		for _, r := range list.Items {
			fn(string(r.ID))
		}
		if list.Next == "" {
			return nil
		}
		query.Cursor = list.Next
	}
}

func (s service) Users(org, device string, fn func(string)) error {
	query := charter.PageQuery{Limit: page}
	for {
		list, err := s.MembersFor(s.ctx, orgs.ID(org), workload.Permission, thing(device), query)
		if err != nil {
			return err
		}
		for _, m := range list.Items {
			fn(string(m.User))
		}
		if list.Next == "" {
			return nil
		}
		query.Cursor = list.Next
	}
}

func (s service) Give(org, user, device string) error {
	return s.Grants.Give(s.ctx, charter.Host(orgs.ID(org)), orgs.MemberID(user), grants.One(load.Kind, grants.ResourceID(device)))
}

func (s service) SetRole(org, user string, role workload.Role) error {
	return s.Members.ChangeRole(s.ctx, actor(org, s.admins[org]), orgs.MemberID(user), load.Role(role))
}
