// Package openfga is the workload on OpenFGA, called in process, with its memory
// datastore.
package openfga

import (
	"context"
	"time"

	openfgav1 "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/language/pkg/go/transformer"
	"github.com/openfga/openfga/pkg/server"
	"github.com/openfga/openfga/pkg/storage"
	"github.com/openfga/openfga/pkg/storage/memory"
	"github.com/openfga/openfga/pkg/tuple"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// model: an organization lets some of its roles do something with the devices in their
// scope. The object of a device has its organization in its name, for a question does
// not say which it is about.
const model = `model
  schema 1.1

type user

type role
  relations
    define assignee: [user]

type org
  relations
    define admin: [role#assignee]
    define member: [role#assignee]
    define updater: [role#assignee]

type device
  relations
    define org: [org]
    define grantee: [user]
    define reaches: grantee or admin from org
    define update: reaches and updater from org
`

// Kinds are OpenFGA without and with its cache of answers. Its memory datastore goes
// through everything at each write and cannot load more than S.
func Kinds() []measure.Kind {
	sizes := []string{"S"}
	return []measure.Kind{
		{Name: "OpenFGA, in process", Sizes: sizes, Load: func(d *workload.Data) (measure.System, error) {
			return newSystem(d)
		}},
		{
			Name: "OpenFGA, in process, cached", Sizes: sizes, Stale: true, Asked: 256,
			Note: "answers from before a change until its cache forgets; every check is a hit",
			Load: func(d *workload.Data) (measure.System, error) {
				return newSystem(d, server.WithCheckQueryCacheEnabled(true), server.WithCheckQueryCacheTTL(time.Hour),
					server.WithCheckCacheLimit(1<<20))
			},
		},
	}
}

type system struct {
	ctx          context.Context //nolint:containedctx // one for the whole measurement
	server       *server.Server
	data         storage.OpenFGADatastore
	store, model string
	has          map[string]workload.Role // by user, for a change says what was before
}

func newSystem(d *workload.Data, options ...server.OpenFGAServiceV1Option) (*system, error) {
	const most = 1 << 30
	s := &system{ctx: context.Background(), data: memory.New(memory.WithMaxTuplesPerWrite(most)), has: map[string]workload.Role{}}
	var err error
	options = append(options, server.WithDatastore(s.data), server.WithListObjectsMaxResults(0), server.WithListUsersMaxResults(0))
	if s.server, err = server.NewServerWithOpts(options...); err != nil {
		return nil, err
	}
	created, err := s.server.CreateStore(s.ctx, &openfgav1.CreateStoreRequest{Name: "bench"})
	if err != nil {
		return nil, err
	}
	s.store = created.GetId()
	types := transformer.MustTransformDSLToProto(model)
	written, err := s.server.WriteAuthorizationModel(s.ctx, &openfgav1.WriteAuthorizationModelRequest{
		StoreId: s.store, SchemaVersion: types.GetSchemaVersion(), TypeDefinitions: types.GetTypeDefinitions(),
	})
	if err != nil {
		return nil, err
	}
	s.model = written.GetAuthorizationModelId()
	for i := range d.Orgs {
		if err := s.data.Write(s.ctx, s.store, nil, s.tuples(&d.Orgs[i])); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// tuples returns all about an organization.
func (s *system) tuples(o *workload.Org) (list []*openfgav1.TupleKey) {
	org := "org:" + o.ID
	for _, r := range workload.Roles() {
		assignees := role(o.ID, r) + "#assignee"
		list = append(list, tuple.NewTupleKey(org, "member", assignees))
		if r.Holds() {
			list = append(list, tuple.NewTupleKey(org, "updater", assignees))
		}
		if r == workload.Admin {
			list = append(list, tuple.NewTupleKey(org, "admin", assignees))
		}
	}
	for _, name := range o.Devices {
		list = append(list, tuple.NewTupleKey(device(o.ID, name), "org", org))
	}
	for _, m := range o.Members {
		s.has[m.User] = m.Role
		list = append(list, tuple.NewTupleKey(role(o.ID, m.Role), "assignee", "user:"+m.User))
		for _, n := range m.Grants {
			list = append(list, tuple.NewTupleKey(device(o.ID, o.Devices[n]), "grantee", "user:"+m.User))
		}
	}
	return list
}

func device(org, name string) string { return "device:" + org + "/" + name }

func role(org string, r workload.Role) string { return "role:" + org + "/" + string(load.Role(r)) }

func (s *system) Close() error {
	s.server.Close()
	return nil
}
