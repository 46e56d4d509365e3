package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
)

// account is somebody who can sign in: a row of the host's. THERE IS NO PASSWORD:
// whoever opens the page picks who to be, and an address counts as verified. A
// real host has its login here.
type account struct {
	ID    orgs.UserID `db:"id"`
	Email string      `db:"email"`
	First string      `db:"first"`
	Last  string      `db:"last"`
}

func (a account) Profile() orgs.Profile {
	return orgs.Profile{Email: a.Email, FirstName: a.First, LastName: a.Last}
}

// Name returns what to call somebody who may have no name.
func (a account) Name() string { return nameOf(a.Profile()) }

func nameOf(p orgs.Profile) string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	return p.Email
}

var errTaken = errors.New("has an account already: sign in with it")

// account returns the account with id, or sql.ErrNoRows.
func (a *app) account(ctx context.Context, id orgs.UserID) (found account, err error) {
	if !utf8.ValidString(string(id)) || strings.Contains(string(id), "\x00") {
		return account{}, sql.ErrNoRows // PostgreSQL has no such text
	}
	err = a.db.GetContext(ctx, &found, a.db.Rebind(`SELECT id, email, first, last FROM accounts WHERE id = ?`), id)
	return found, err
}

// accounts returns those to pick from: the first hundred.
func (a *app) accounts(ctx context.Context) (list []account, err error) {
	err = a.db.SelectContext(ctx, &list, `SELECT id, email, first, last FROM accounts ORDER BY address LIMIT 100`)
	return list, err
}

// signUp makes an account. The profile is checked as charter will.
func (a *app) signUp(ctx context.Context, p orgs.Profile) (account, error) {
	p, err := p.Normalize()
	if err != nil {
		return account{}, err
	}
	return a.insertAccount(ctx, account{orgs.UserID("user-" + strings.ToLower(rand.Text())), p.Email, p.FirstName, p.LastName})
}

func (a *app) insertAccount(ctx context.Context, made account) (account, error) {
	err := a.inTx(ctx, func(ctx context.Context, tx *sql.Tx, _ *charter.Service) error {
		return a.insertAccountIn(ctx, tx, made)
	})
	if err == nil {
		return made, nil
	}
	var taken int // since another one came first, which each driver tells in its own way
	again := a.db.GetContext(ctx, &taken, a.db.Rebind(countAddress), orgs.FoldAddress(made.Email))
	if again == nil && taken > 0 {
		err = errTaken
	}
	return account{}, err
}

const countAddress = `SELECT COUNT(*) FROM accounts WHERE address = ?`

func (a *app) insertAccountIn(ctx context.Context, tx *sql.Tx, made account) error {
	address := orgs.FoldAddress(made.Email)
	var taken int
	if err := tx.QueryRowContext(ctx, a.db.Rebind(countAddress), address).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return errTaken
	}
	_, err := tx.ExecContext(ctx, a.db.Rebind(`INSERT INTO accounts (id, address, email, first, last) VALUES (?, ?, ?, ?, ?)`),
		made.ID, address, made.Email, made.First, made.Last)
	return err
}

// A session is a cookie with the account's ID, signed. Nothing is kept of it here: a
// copy of it works until it is too old, also after signing out.
const (
	sessionCookie  = "session"
	sessionSeconds = 30 * 24 * 60 * 60
)

func (a *app) startSession(w http.ResponseWriter, who account) error {
	value, err := a.sessions.Encode(sessionCookie, []byte(who.ID))
	if err == nil {
		a.setSession(w, value, sessionSeconds)
	}
	return err
}

func (a *app) setSession(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where links are https
		Name: sessionCookie, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

// login returns who sent r, and the zero account for nobody.
func (a *app) login(r *http.Request) (account, error) {
	var id []byte
	for _, cookie := range r.CookiesNamed(sessionCookie) {
		if a.sessions.Decode(sessionCookie, cookie.Value, &id) == nil {
			who, err := a.account(r.Context(), orgs.UserID(id))
			if errors.Is(err, sql.ErrNoRows) {
				err = nil
			}
			return who, err
		}
	}
	return account{}, nil // none, or not ours, or too old
}

// signInPage lists who can be picked.
func (r *request) signInPage() (view, error) {
	list, err := r.accounts(r.Context())
	return view{page: "sign-in", Title: "Sign in", Data: list, Then: r.then()}, err
}

// signIn is where a real host checks a password or a token.
func (r *request) signIn() (string, error) {
	who, err := r.account(r.Context(), orgs.UserID(r.PostFormValue("account")))
	if errors.Is(err, sql.ErrNoRows) {
		return "", charter.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return r.enter(who)
}

func (r *request) signUpPage() (view, error) {
	return view{page: "sign-up", Title: "Sign up", Then: r.then()}, nil
}

func (r *request) signUpNow() (string, error) {
	who, err := r.signUp(r.Context(), orgs.Profile{
		Email: r.PostFormValue("email"), FirstName: r.PostFormValue("first-name"), LastName: r.PostFormValue("last-name"),
	})
	if err != nil {
		return "", err
	}
	return r.enter(who)
}

// enter starts a session, and signs in to charter, which is what a host does at each
// login. Who comes by an invitation is to accept it first, and so gets no personal
// organization on top (O9).
func (r *request) enter(who account) (string, error) {
	to := r.then()
	if !strings.HasPrefix(to, "/i/") {
		if _, err := r.svc.SignIn(r.Context(), who.ID, who.Profile()); err != nil {
			return "", err
		}
	}
	return to, r.startSession(r.w, who)
}

func (r *request) signOut() (string, error) {
	r.setSession(r.w, "", -1)
	return "/sign-in", nil
}

// maxThen is the longest address to go on to, in bytes.
const maxThen = 2000

// then returns where somebody wanted to go before signing in: an address of this
// application, whatever the form says.
func (r *request) then() string {
	to := r.FormValue("then")
	odd := func(c rune) bool { return unicode.IsControl(c) || c == '\\' }
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, odd) || len(to) > maxThen {
		return "/"
	}
	return to
}
