package workload

import "slices"

// Oracle answers from the data by going through it, without an index that could be
// wrong. It is slow.
type Oracle struct{ Data *Data }

// Can answers a question.
func (o Oracle) Can(q Question) bool {
	return o.CanEach(q.Org, q.User, []string{q.Device})[0]
}

// CanEach answers the questions whether a user may use each of devices.
func (o Oracle) CanEach(orgID, user string, devices []string) []bool {
	org, m := o.member(orgID, user)
	answers := make([]bool, len(devices))
	for i, name := range devices {
		if m != nil && m.Role.Holds() {
			device := slices.Index(org.Devices, name)
			answers[i] = device >= 0 && (m.Role == Admin || slices.Contains(m.Grants, device))
		}
	}
	return answers
}

// Devices returns the devices that a user may use in an organization, in order.
func (o Oracle) Devices(orgID, user string) []string {
	org, m := o.member(orgID, user)
	switch {
	case m == nil:
		return nil
	case m.Role == Admin:
		return slices.Clone(org.Devices)
	}
	list := make([]string, len(m.Grants))
	for i, device := range m.Grants {
		list[i] = org.Devices[device]
	}
	return list
}

// Users returns the users who may do what Permission names with a device of an
// organization, in order.
func (o Oracle) Users(orgID, device string) (users []string) {
	for i := range o.Data.Orgs {
		org := &o.Data.Orgs[i]
		n := slices.Index(org.Devices, device)
		if org.ID != orgID || n < 0 {
			continue
		}
		for _, m := range org.Members {
			if m.Role == Admin || m.Role.Holds() && slices.Contains(m.Grants, n) {
				users = append(users, m.User)
			}
		}
	}
	return users
}

func (o Oracle) member(orgID, user string) (*Org, *Member) {
	for i := range o.Data.Orgs {
		org := &o.Data.Orgs[i]
		if org.ID != orgID {
			continue
		}
		for j := range org.Members {
			if org.Members[j].User == user {
				return org, &org.Members[j]
			}
		}
	}
	return nil, nil
}
