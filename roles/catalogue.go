package roles

import (
	"slices"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// Service is one of the host's services as its catalogue declares it.
type Service struct {
	Key         string // the part of its permissions before the dot
	Title       string // for people; may be empty
	Permissions []Declaration
}

// Declaration declares one permission of a service.
type Declaration struct {
	Permission Permission
	Title      string // for people; may be empty
	Kind       Kind   // the kind of resource it is about; "" when it is about none (G1)
	Editor     bool   // the built-in role Editor holds it
	Viewer     bool   // the built-in role Viewer holds it
}

// Catalogue is the host's declaration of its services, their permissions and
// what the built-in roles hold. Make one with [NewCatalogue] or
// [ParseCatalogue]. It is immutable and safe for concurrent use.
type Catalogue struct {
	services []Service
	declared []Declaration // by bit number
	index    index         // of the bit numbers
	kinds    []Kind
	builtIn  [3]Set // Admin, Editor, Viewer
}

// NewCatalogue returns the catalogue of services, in the order given. What the
// library needs itself and services do not declare (see [AccessUsers] and its
// neighbours) is added at the end. It refuses, naming the field: a key that is
// not lower-case letters, digits and single hyphens, a permission of another
// service or declared twice, a kind of resource for one of the library's own, a
// service declared twice, a title over 200 characters, more than 65,535 permissions.
func NewCatalogue(services ...Service) (*Catalogue, error) {
	c := new(Catalogue)
	seen := make(map[Permission]bool)
	for _, s := range complete(services) {
		if err := c.declare(s, seen); err != nil {
			return nil, err
		}
	}
	if len(c.declared) > maxPermissions {
		return nil, input.Errorf("catalogue", "declares more than %d permissions", maxPermissions)
	}
	c.index = newIndex(c.declared)
	for i := range c.builtIn {
		c.builtIn[i] = newSet(len(c.declared))
	}
	for i, d := range c.declared {
		c.builtIn[rank(Admin)].add(i)
		if d.Editor {
			c.builtIn[rank(Editor)].add(i)
		}
		if d.Viewer {
			c.builtIn[rank(Viewer)].add(i)
		}
	}
	slices.Sort(c.kinds)
	return c, nil
}

const maxTitle = 200

func (c *Catalogue) declare(s Service, seen map[Permission]bool) error {
	if !isKey(s.Key) {
		return input.Errorf("catalogue", "has a service key that is not lower-case letters, digits and hyphens")
	}
	if slices.ContainsFunc(c.services, func(o Service) bool { return o.Key == s.Key }) {
		return input.Errorf("catalogue", "declares the service %s twice", s.Key)
	}
	if err := input.Line("catalogue title", s.Title, 0, maxTitle); err != nil {
		return err
	}
	for _, d := range s.Permissions {
		if err := check(d, s.Key, seen); err != nil {
			return err
		}
		seen[d.Permission] = true
		c.declared = append(c.declared, d)
		if d.Kind != "" && !slices.Contains(c.kinds, d.Kind) {
			c.kinds = append(c.kinds, d.Kind)
		}
	}
	s.Permissions = slices.Clone(s.Permissions)
	c.services = append(c.services, s)
	return nil
}

// check refuses a declaration that is bad, of another service, or there already.
func check(d Declaration, service string, seen map[Permission]bool) error {
	p, err := ParsePermission(string(d.Permission))
	switch {
	case err != nil:
		return input.Errorf("catalogue", "has a permission of the service %s that is not of the form service.action", service)
	case p.Service() != service:
		return input.Errorf("catalogue", "declares %s in the service %s", p, service)
	case d.Kind != "" && (!isKey(string(d.Kind)) || len(d.Kind) > maxPermission):
		return input.Errorf("catalogue", "has a kind of resource for %s that is not lower-case letters, digits and hyphens", p)
	case d.Kind != "" && slices.Contains(own(), p):
		return input.Errorf("catalogue", "has a kind of resource for %s, which the library asks for without one", p)
	}
	if seen[p] {
		return input.Errorf("catalogue", "declares %s twice", p)
	}
	return input.Line("catalogue title", d.Title, 0, maxTitle)
}

// own returns the permissions that the library itself asks for. None is about a
// resource.
func own() []Permission {
	return []Permission{
		AccessUsers, InviteUsers, ChangeRoles, RemoveUsers,
		CreateOrganization, RenameOrganization, ChangeBilling,
	}
}

// complete returns services with the library's own permissions added where
// they are missing.
func complete(services []Service) []Service {
	services = slices.Clone(services)
	for _, p := range own() {
		i := slices.IndexFunc(services, func(s Service) bool { return s.Key == p.Service() })
		if i < 0 {
			i = len(services)
			services = append(services, Service{Key: p.Service()})
		}
		known := func(d Declaration) bool { return d.Permission == p }
		if slices.ContainsFunc(services[i].Permissions, known) {
			continue
		}
		all := p == CreateOrganization
		services[i].Permissions = append(slices.Clip(services[i].Permissions), Declaration{Permission: p, Editor: all, Viewer: all})
	}
	return services
}

// Lookup returns the declaration of p, and false when the catalogue has none
// (R4). One lookup, no allocation.
func (c *Catalogue) Lookup(p Permission) (Declaration, bool) {
	i, ok := c.bit(p)
	if !ok {
		return Declaration{}, false
	}
	return c.declared[i], true
}

// Services returns a copy of the services in the order of their declaration.
func (c *Catalogue) Services() []Service {
	services := slices.Clone(c.services)
	for i := range services {
		services[i].Permissions = slices.Clone(services[i].Permissions)
	}
	return services
}

// Kinds returns the kinds of resource that permissions are about, sorted.
func (c *Catalogue) Kinds() []Kind { return slices.Clone(c.kinds) }

// HasKind reports whether a permission is about kind.
func (c *Catalogue) HasKind(kind Kind) bool {
	_, ok := slices.BinarySearch(c.kinds, kind)
	return ok
}

// Set returns the set of permissions. One that the catalogue does not declare
// is left out: it is never held (R4).
func (c *Catalogue) Set(permissions ...Permission) Set {
	s := newSet(len(c.declared))
	for _, p := range permissions {
		if i, ok := c.bit(p); ok {
			s.add(i)
		}
	}
	return s
}

// Permissions returns what is in s, in the order of declaration.
func (c *Catalogue) Permissions(s Set) []Permission {
	permissions := make([]Permission, 0, s.Len())
	for i, d := range c.declared {
		if s.has(i) {
			permissions = append(permissions, d.Permission)
		}
	}
	return permissions
}

// Holds reports whether s holds p. A permission that the catalogue does not
// declare is never held (R4). One lookup, no allocation.
func (c *Catalogue) Holds(s Set, p Permission) bool {
	i, ok := c.bit(p)
	return ok && s.has(i)
}

// Defaults is what a decision needs of [Catalogue.Lookup]: the kind of resource that
// p is about, "" for none, and which built-in roles hold it, besides Admin.
func (c *Catalogue) Defaults(p Permission) (kind Kind, editor, viewer, ok bool) {
	i, ok := c.bit(p)
	if !ok {
		return "", false, false, false
	}
	d := &c.declared[i]
	return d.Kind, d.Editor, d.Viewer, true
}

// About is [Catalogue.Lookup] and [Catalogue.Holds] in one lookup: the kind of
// resource that p is about, "" for none, and whether s holds p. Ok is false for a
// permission that the catalogue does not declare, which is never held (R4).
func (c *Catalogue) About(s Set, p Permission) (kind Kind, held, ok bool) {
	i, ok := c.bit(p)
	if !ok {
		return "", false, false
	}
	return c.declared[i].Kind, s.has(i), true
}

// BuiltIn returns what the built-in role id holds, and false when id is none.
func (c *Catalogue) BuiltIn(id ID) (Set, bool) {
	r := rank(id)
	if r == custom {
		return Set{}, false
	}
	return c.builtIn[r], true
}

// Of returns what role holds: of a built-in what the catalogue says, of a
// custom one what is stored and still declared (R4).
func (c *Catalogue) Of(role Role) Set {
	if s, ok := c.BuiltIn(role.ID); ok {
		return s
	}
	return c.Set(role.Permissions...)
}
