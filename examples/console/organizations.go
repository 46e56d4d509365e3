package main

import (
	"context"
	"database/sql"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

type organizationsData struct {
	Search string
	charter.Page[charter.Membership]
	Active orgs.ID
}

// organizations lists and searches the user's own, to switch to, and founds new
// ones.
func (r *request) organizations() (view, error) {
	form := r.URL.Query()
	page, err := r.svc.Orgs.Page(r.Context(), r.me.ID, charter.OrgQuery{
		Search: form.Get("q"), Cursor: charter.Cursor(form.Get("cursor")),
	})
	if err != nil {
		return view{}, err
	}
	me, err := r.svc.User(r.Context(), r.me.ID)
	return view{page: "organizations", Title: "Organizations", Data: organizationsData{form.Get("q"), page, me.Active}}, err
}

// createOrganization founds one and goes to work in it.
func (r *request) createOrganization() (string, error) {
	var org charter.Organization
	err := r.inTx(r.Context(), func(ctx context.Context, _ *sql.Tx, svc *charter.Service) (err error) {
		if org, err = svc.Orgs.Create(ctx, r.me.ID, r.PostFormValue("name")); err != nil {
			return err
		}
		return svc.Orgs.Switch(ctx, r.me.ID, org.ID)
	})
	return pathOf(org.ID) + "?done=founded", err
}

func (r *request) switchTo() (string, error) {
	org := orgs.ID(r.PostFormValue("org"))
	return pathOf(org), r.svc.Orgs.Switch(r.Context(), r.me.ID, org)
}

type settingsData struct {
	Billing orgs.Billing
	Admin   bool
}

// settings shows what holders of either permission may change (O3).
func (r *request) settings() (view, error) {
	ctx := r.Context()
	f, err := r.frame("")
	if err != nil {
		return view{}, err
	}
	if !f.May.Settings() {
		return view{}, charter.ErrDenied
	}
	data := settingsData{Admin: f.Me.Role == roles.Admin}
	if f.May.Billing {
		if data.Billing, err = r.svc.Orgs.Billing(ctx, r.as); err != nil {
			return view{}, err
		}
	}
	return view{page: "settings", Title: "Organization settings", Org: f, Data: data}, nil
}

func (r *request) rename() (string, error) {
	return r.orgPath("settings") + "?done=org-renamed", r.svc.Orgs.Rename(r.Context(), r.as, r.PostFormValue("name"))
}

func (r *request) setBilling() (string, error) {
	return r.orgPath("settings") + "?done=billing", r.svc.Orgs.SetBilling(r.Context(), r.as, orgs.Billing{
		Company: r.PostFormValue("billing.company"), Address: r.lines("billing.address"), VATID: r.PostFormValue("billing.vat-id"),
		Email: r.PostFormValue("billing.email"), Reference: r.PostFormValue("billing.reference"),
	})
}

// deleteOrganization deletes it with the host's own rows: both, or neither. The
// name typed is this host's question; charter asks for none.
func (r *request) deleteOrganization() (string, error) {
	me, err := r.svc.Members.Me(r.Context(), r.as)
	if err != nil {
		return "", err
	}
	if me.Role != roles.Admin {
		return "", charter.ErrDenied // whatever was typed
	}
	org, err := r.svc.Orgs.Get(r.Context(), r.as)
	if err != nil {
		return "", err
	}
	if r.PostFormValue("confirmation") != org.Name {
		return "", &charter.InvalidError{Field: "delete.confirmation", Problem: "is not the organization's name"}
	}
	err = r.inTx(r.Context(), func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		if _, err := svc.Orgs.Delete(ctx, r.as); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, r.db.Rebind(`DELETE FROM things WHERE org = ?`), r.as.Org); err != nil {
			return err
		}
		return svc.History.Purged(ctx, r.as.Org)
	})
	return "/?done=org-deleted", err
}

// leavePage asks whether the actor is sure. Everybody may leave.
func (r *request) leavePage() (view, error) {
	f, err := r.frame("")
	return view{page: "leave", Title: "Leave organization", Org: f}, err
}

func (r *request) leave() (string, error) {
	_, err := r.svc.Orgs.Leave(r.Context(), r.as)
	return "/?done=left", err
}
