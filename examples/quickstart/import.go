package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
)

// importFile invites the people of the CSV file at path into the organization of
// the story, one transaction each, and tells which rows were refused and why. A
// row is refused for what is in it or stored; any other error ends the import,
// and what was invited until then stays so.
func importFile(ctx context.Context, svc *charter.Service, path string, out *report, progress io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	people, err := newRoster(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	now, err := gather(ctx, svc)
	if err != nil {
		return err
	}
	into, err := newInviter(ctx, svc, now.admin)
	if err != nil {
		return err
	}

	bar := newBar(info.Size(), progress)
	total, err := importAll(ctx, people, into, func() { _ = bar.Set64(people.offset()) })
	err = errors.Join(err, bar.Finish())
	total.tell(out, path)
	return errors.Join(err, out.err)
}

// newBar returns a bar over size bytes, drawn only when somebody sits there.
func newBar(size int64, w io.Writer) *progressbar.ProgressBar {
	file, ok := w.(*os.File)
	visible := ok && term.IsTerminal(int(file.Fd()))
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetVisibility(visible),
		progressbar.OptionSetDescription("inviting"),
		progressbar.OptionClearOnFinish(),
	)
}

// importAll invites everybody in people and calls step after each row.
func importAll(ctx context.Context, people *roster, into *inviter, step func()) (sum summary, err error) {
	for {
		p, err := people.next()
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		var issued charter.Issued
		if err == nil {
			issued, err = into.invite(ctx, p)
		}
		reason, row := refusal(err)
		switch {
		case err == nil:
			sum.invited(issued)
		case row:
			sum.refused(p, reason)
		default:
			return sum, fmt.Errorf("line %d: %w", p.line, err)
		}
		step()
	}
}

// inviter invites into one organization.
type inviter struct {
	svc     *charter.Service
	as      charter.Actor
	roles   map[string]roles.ID // by folded name
	devices map[grants.ResourceID]bool
}

func newInviter(ctx context.Context, svc *charter.Service, as charter.Actor) (*inviter, error) {
	i := &inviter{svc, as, map[string]roles.ID{}, map[grants.ResourceID]bool{}}
	list, err := svc.Roles.List(ctx, as)
	if err != nil {
		return nil, err
	}
	for _, each := range list {
		i.roles[roles.FoldName(each.Role.Name)] = each.Role.ID
	}
	for device, err := range svc.AllResourcesFor(ctx, as, "devices.view", charter.PageQuery{Limit: charter.MaxLimit}) {
		if err != nil {
			return nil, err
		}
		i.devices[device.ID] = true
	}
	return i, nil
}

// invite invites one person. The name goes into the message only: who accepts
// brings a name of their own.
func (i *inviter) invite(ctx context.Context, p entry) (charter.Issued, error) {
	role, ok := i.roles[roles.FoldName(p.role)]
	if !ok {
		return charter.Issued{}, rowError(fmt.Sprintf("unknown role %.40q", p.role))
	}
	request := invites.Request{Email: p.email, Role: role, Message: "Welcome to " + orgName + ", " + p.name + "!"}
	for _, id := range p.devices {
		if !i.devices[id] {
			return charter.Issued{}, rowError(fmt.Sprintf("unknown device %.40q", id))
		}
		request.Grants = append(request.Grants, grants.One("device", id))
	}
	return i.svc.Invites.Invite(ctx, i.as, request)
}

// rowError says what is wrong with a row.
type rowError string

func (e rowError) Error() string { return string(e) }

// refusal says why one row is refused, and false when err is about more than that
// row.
func refusal(err error) (reason string, ok bool) {
	var bad rowError
	var invalid *charter.InvalidError
	switch {
	case errors.As(err, &bad):
		return bad.Error(), true
	case errors.As(err, &invalid):
		return invalid.Error(), true
	case errors.Is(err, charter.ErrAlreadyInvited):
		return "already invited", true
	case errors.Is(err, charter.ErrAlreadyMember):
		return "already a member", true
	default:
		return "", false
	}
}

// summary counts what became of the rows.
type summary struct {
	rows, byMail, byLink int
	lines                []string // one for each refused row
}

func (s *summary) invited(issued charter.Issued) {
	s.rows++
	if issued.Delivery == invites.ByMail {
		s.byMail++
	} else {
		s.byLink++
	}
}

func (s *summary) refused(p entry, reason string) {
	s.rows++
	s.lines = append(s.lines, fmt.Sprintf("line %-5d %-36.60q %s", p.line, p.email, reason))
}

// tell writes the summary after the bar is gone, so that they do not mix.
func (s *summary) tell(out *report, path string) {
	out.heading("The roster %s goes to %q:", path, orgName)
	for _, line := range s.lines {
		out.say("%s", line)
	}
	out.heading("%d rows: %d invited (%d by mail, %d by link), %d refused",
		s.rows, s.byMail+s.byLink, s.byMail, s.byLink, len(s.lines))
}
