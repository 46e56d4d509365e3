package charter

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Options configures a [Service]. Catalogue and InvitationKeys are required;
// the zero value of every other field is a documented default.
type Options struct {
	// Catalogue declares the host's services, permissions and kinds of resource.
	// Who but Admins may see the member list or invite, it says by a service with
	// the key "users"; see [roles.NewCatalogue]. Services that share a database
	// declare the same: what one of them does not declare it takes for not held
	// (R4), also where it decides who may give a role that stores it (M7). So
	// deploy a new permission everywhere before a role gets it.
	Catalogue *roles.Catalogue

	// InvitationKeys makes and verifies invitation links, and seals cursors. Keep
	// the keys outside the database: who has both can accept (I4).
	InvitationKeys invites.Keys

	// InvitationURL is what a link begins with; the token follows it, for
	// example "https://app.example/invitation/". Empty gives links that are the
	// token alone. Never build it from a request's Host header.
	InvitationURL string

	// Delivery says how an invitation reaches the invited, from the two e-mail
	// addresses. Nil means [invites.SameDomain] (I2). It is called after the
	// invitation was made.
	Delivery func(inviter, invited string) invites.Delivery

	// Restrictions narrows further who may use resources of a kind (G5).
	Restrictions map[roles.Kind]Restriction

	// PersonalName names a user's personal organization (O6, O9). Nil, or an
	// answer that is no valid name, means "Personal organization". It is called
	// within a transaction, again in each attempt: it must not call the Service.
	PersonalName func(orgs.Profile) string

	// Attempts is how often an operation runs against conflicting writers before
	// it gives up with [ErrConflict]. 0 means 32. No attempt begins later than ten
	// seconds after the first one, so that a store that waits for a lock in each of
	// them does not keep a caller without a deadline for minutes.
	Attempts int

	// Clock tells the time. Nil means time.Now. Times are kept in UTC and whole
	// microseconds. It must be safe for concurrent use.
	Clock func() time.Time

	// Random is where IDs come from. Nil means crypto/rand. It must be safe for
	// concurrent use.
	Random io.Reader

	// Logger is told what no caller is: retries, and restrictions that failed.
	// It never gets an address, a name or a link. Nil means silence.
	Logger *slog.Logger
}

// Restriction is a service's own rule about resources of one kind, out of sight
// of the organization (G5). It is asked only about what role and grants allow
// already, so it can only narrow; an error or a panic in it denies. It must be
// safe for concurrent use, and it should be quick: lists ask it once for each
// candidate.
type Restriction func(ctx context.Context, as Actor, q grants.Question) (allow bool, err error)

const defaultPersonalName = "Personal organization"

// complete returns o with its defaults filled in, or an error naming the option
// that is bad.
func (o Options) complete() (Options, error) {
	if o.Catalogue == nil {
		return o, input.Errorf("options.catalogue", "is nil")
	}
	if o.InvitationKeys.Empty() {
		return o, input.Errorf("options.invitation-keys", "has no key; make it with invites.NewKeys")
	}
	if o.Attempts < 0 {
		return o, input.Errorf("options.attempts", "is negative")
	}
	restrictions := make(map[roles.Kind]Restriction, len(o.Restrictions))
	for kind, restriction := range o.Restrictions {
		if !o.Catalogue.HasKind(kind) {
			return o, input.Errorf("options.restrictions", "has a kind that the catalogue does not declare")
		}
		if restriction == nil {
			return o, input.Errorf("options.restrictions", "has a nil restriction for the kind %s", kind)
		}
		restrictions[kind] = restriction
	}
	o.Restrictions = restrictions
	if o.Delivery == nil {
		o.Delivery = invites.SameDomain
	}
	if o.Clock == nil {
		o.Clock = time.Now //nolint:forbidigo // the one place that chooses the clock
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func (o Options) personalName(p orgs.Profile) string {
	if o.PersonalName == nil {
		return defaultPersonalName
	}
	name, err := orgs.Name(o.PersonalName(p))
	if err != nil {
		return defaultPersonalName
	}
	return name
}
