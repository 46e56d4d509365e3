package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// maxBody is the longest body of a request, in bytes.
const maxBody = 64 << 10

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /sign-in", s.handle(s.signIn))
	mux.Handle("PUT /organization", s.handle(s.switchTo))
	mux.Handle("GET /devices", s.handle(s.listDevices))
	mux.Handle("POST /devices", s.handle(s.addDevice))
	mux.Handle("PUT /devices/{id}/name", s.handle(s.renameDevice))
	mux.Handle("POST /invitations", s.handle(s.invite))
	mux.HandleFunc("GET /invitations/{token}", s.openInvitation)
	mux.Handle("POST /invitations/{token}", s.handle(s.accept))
	return http.MaxBytesHandler(mux, maxBody)
}

// handle logs the request's sender in, and answers with what h returns.
func (s *server) handle(h func(*http.Request, identity) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := login(r)
		var answer any
		if err == nil {
			answer, err = h(r, who)
		}
		reply(w, r, answer, err)
	}
}

// reply answers with value as JSON, or with the status of err.
func reply(w http.ResponseWriter, r *http.Request, value any, err error) {
	code := http.StatusOK
	if err != nil {
		var message string
		if code, message = status(err); code >= http.StatusInternalServerError {
			slog.ErrorContext(r.Context(), "request failed", "pattern", r.Pattern, "error", err)
		}
		value = map[string]string{"error": message}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // links to invitations are secrets
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.DebugContext(r.Context(), "answer not sent", "error", err) // the client has left
	}
}

func decode[T any](r *http.Request) (body T, err error) {
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return body, errBadBody
	}
	return body, nil
}

// signIn is called at each login.
func (s *server) signIn(r *http.Request, who identity) (any, error) {
	user, err := s.svc.SignIn(r.Context(), who.user, who.profile())
	if err != nil {
		return nil, err
	}
	return organization{user.Active}, nil
}

type organization struct {
	ID orgs.ID `json:"organization"`
}

func (s *server) switchTo(r *http.Request, who identity) (any, error) {
	to, err := decode[organization](r)
	if err != nil {
		return nil, err
	}
	return to, s.svc.Orgs.Switch(r.Context(), who.user, to.ID)
}

// device is a row of the host's own table. Charter knows its ID and organization.
type device struct {
	ID   grants.ResourceID `json:"id"`
	Name string            `json:"name"`
}

func (d device) resource() grants.Resource { return grants.Resource{Kind: "device", ID: d.ID} }

type devicePage struct {
	Devices []device       `json:"devices"`
	Next    charter.Cursor `json:"next,omitempty"`
}

// listDevices asks charter which devices the sender may see, a page of them, and
// the host's table what they are called.
func (s *server) listDevices(r *http.Request, who identity) (any, error) {
	as, err := s.actor(r.Context(), who)
	if err != nil {
		return nil, err
	}
	visible, err := s.svc.ResourcesFor(r.Context(), as, "devices.view",
		charter.PageQuery{Cursor: charter.Cursor(r.FormValue("cursor"))})
	if err != nil {
		return nil, err
	}
	devices, err := s.devices(r.Context(), as.Org, visible.Items)
	return devicePage{devices, visible.Next}, err
}

func (s *server) devices(ctx context.Context, org orgs.ID, which []grants.Resource) ([]device, error) {
	ids := make([]grants.ResourceID, len(which))
	for i, r := range which {
		ids[i] = r.ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx,
		`SELECT id, name FROM devices WHERE org = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id`, org, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []device{}
	for rows.Next() {
		var d device
		if err := rows.Scan(&d.ID, &d.Name); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

// addDevice adds a row of the host and registers it with charter: both or none.
func (s *server) addDevice(r *http.Request, who identity) (any, error) {
	d, err := decode[device](r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	as, err := s.actor(ctx, who)
	if err != nil {
		return nil, err
	}
	return d, s.inTx(ctx, func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		if err := svc.Require(ctx, as, "devices.add", grants.Resource{}); err != nil {
			return err
		}
		if err := insertDevice(ctx, tx, as.Org, d); err != nil {
			return err
		}
		return svc.Resources.Register(ctx, charter.HostFor(as), d.resource())
	})
}

func insertDevice(ctx context.Context, tx *sql.Tx, org orgs.ID, d device) error {
	done, err := tx.ExecContext(ctx,
		`INSERT INTO devices (org, id, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, org, d.ID, d.Name)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, errTaken)
	}
	return nil
}

// renameDevice asks in the transaction that writes, so that nobody who lost the
// right meanwhile gets through.
func (s *server) renameDevice(r *http.Request, who identity) (any, error) {
	d, err := decode[device](r)
	if err != nil {
		return nil, err
	}
	d.ID = grants.ResourceID(r.PathValue("id"))
	ctx := r.Context()
	as, err := s.actor(ctx, who)
	if err != nil {
		return nil, err
	}
	return d, s.inTx(ctx, func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		if err := svc.Require(ctx, as, "devices.edit", d.resource()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE devices SET name = ? WHERE org = ? AND id = ?`, d.Name, as.Org, d.ID)
		return err
	})
}

type invitation struct {
	Email   string              `json:"email"`
	Role    roles.ID            `json:"role"`
	Devices []grants.ResourceID `json:"devices"`
	Message string              `json:"message"`
}

// invite answers with the link when the inviter passes it on. By mail it is the
// host's to send, which has none here and shows it too.
func (s *server) invite(r *http.Request, who identity) (any, error) {
	body, err := decode[invitation](r)
	if err != nil {
		return nil, err
	}
	as, err := s.actor(r.Context(), who)
	if err != nil {
		return nil, err
	}
	request := invites.Request{Email: body.Email, Role: body.Role, Message: body.Message}
	for _, id := range body.Devices {
		request.Grants = append(request.Grants, grants.One("device", id))
	}
	issued, err := s.svc.Invites.Invite(r.Context(), as, request)
	if err != nil {
		return nil, err
	}
	return map[string]string{"deliver": issued.Delivery.String(), "link": issued.Link.URL()}, nil
}

// openInvitation shows what a link is for, to whoever has it.
func (s *server) openInvitation(w http.ResponseWriter, r *http.Request) {
	preview, err := s.svc.Invites.Open(r.Context(), r.PathValue("token"))
	next := "sign up"
	if preview.Known {
		next = "accept"
	}
	reply(w, r, map[string]string{
		"organization": preview.Organization, "inviter": preview.Inviter.FirstName,
		"role": preview.Role.Name, "email": preview.Email, "message": preview.Message, "next": next,
	}, err)
}

// accept makes the sender a member. The address comes from the login, which
// verified it, and never from the request.
func (s *server) accept(r *http.Request, who identity) (any, error) {
	member, err := s.svc.Invites.Accept(r.Context(), r.PathValue("token"),
		charter.Invitee{User: who.user, Profile: who.profile(), Verified: []string{who.email}})
	if err != nil {
		return nil, err
	}
	return organization{member.Org}, nil
}
