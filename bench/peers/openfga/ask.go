package openfga

import (
	"strings"

	openfgav1 "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/openfga/pkg/tuple"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

func (s *system) Can(org, user, name string) (bool, error) {
	answer, err := s.server.Check(s.ctx, &openfgav1.CheckRequest{
		StoreId: s.store, AuthorizationModelId: s.model,
		TupleKey: tuple.NewCheckRequestTupleKey(device(org, name), "update", "user:"+user),
	})
	return answer.GetAllowed(), err
}

func (s *system) Devices(org, user string, fn func(string)) error {
	list, err := s.server.ListObjects(s.ctx, &openfgav1.ListObjectsRequest{
		StoreId: s.store, AuthorizationModelId: s.model, Type: "device", Relation: "reaches", User: "user:" + user,
	})
	if err != nil {
		return err
	}
	for _, object := range list.GetObjects() {
		fn(strings.TrimPrefix(object, device(org, "")))
	}
	return nil
}

func (s *system) Users(org, name string, fn func(string)) error {
	list, err := s.server.ListUsers(s.ctx, &openfgav1.ListUsersRequest{
		StoreId: s.store, AuthorizationModelId: s.model, Relation: "update",
		Object:      &openfgav1.Object{Type: "device", Id: org + "/" + name},
		UserFilters: []*openfgav1.UserTypeFilter{{Type: "user"}},
	})
	if err != nil {
		return err
	}
	for _, user := range list.GetUsers() {
		fn(user.GetObject().GetId())
	}
	return nil
}

func (s *system) Give(org, user, name string) error {
	return s.write(nil, tuple.NewTupleKey(device(org, name), "grantee", "user:"+user))
}

func (s *system) Take(org, user, name string) error {
	return s.write(tuple.NewTupleKey(device(org, name), "grantee", "user:"+user), nil)
}

func (s *system) SetRole(org, user string, r workload.Role) error {
	was := s.has[user]
	s.has[user] = r
	return s.write(
		tuple.NewTupleKey(role(org, was), "assignee", "user:"+user), tuple.NewTupleKey(role(org, r), "assignee", "user:"+user))
}

// write deletes a tuple and adds one; nil is none.
func (s *system) write(remove, add *openfgav1.TupleKey) error {
	request := &openfgav1.WriteRequest{StoreId: s.store, AuthorizationModelId: s.model}
	if remove != nil {
		request.Deletes = &openfgav1.WriteRequestDeletes{
			TupleKeys: []*openfgav1.TupleKeyWithoutCondition{tuple.TupleKeyToTupleKeyWithoutCondition(remove)},
		}
	}
	if add != nil {
		request.Writes = &openfgav1.WriteRequestWrites{TupleKeys: []*openfgav1.TupleKey{add}}
	}
	_, err := s.server.Write(s.ctx, request)
	return err
}
