package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-5b9f5318/charter/orgs"
)

// helpers are what the templates call.
var helpers = template.FuncMap{
	"name":     nameOf,
	"initials": initials,
	"orgPath":  pathOf,
	"label":    label,
	"version":  version,
	"text":     func(id orgs.MemberID) string { return string(id) },
	"has":      slices.Contains[[]string],
	"columns":  func(counts []bar) int { return len(counts) + 1 },
	"query":    url.QueryEscape,
	"menu":     categories,
	"stamp":    func(t time.Time) string { return t.Format(time.RFC3339) },
	"day":      func(t time.Time) string { return t.Format("2 Jan 2006") },
	"date": func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.Format("2 Jan 2006, 15:04") + " UTC"
	},
}

// version returns a word that is another one when a file to keep is another one.
var version = sync.OnceValues(func() (string, error) {
	sum := sha256.New()
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		file, err := files.ReadFile(name)
		if err != nil {
			return "", err
		}
		sum.Write(file)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
})

// labels are what forms call the fields that charter names.
var labels = map[string]string{
	"email":               "E-mail",
	"name":                "Name",
	"first-name":          "First name",
	"last-name":           "Last name",
	"role":                "Role",
	"message":             "Message",
	"confirmation":        "Confirmation",
	"delete.confirmation": "Confirmation",
	"selection":           "Selection",
	"grants":              "Selection",
	"permissions":         "Permissions",
	"resource.id":         "Device or dashboard",
	"billing.company":     "Company",
	"billing.address":     "Address",
	"billing.vat-id":      "VAT ID",
	"billing.email":       "E-mail",
	"billing.reference":   "Reference",
}

// label returns what the form calls a field; all of a list have one label.
func label(field string) string {
	list, _, _ := strings.Cut(field, "[")
	return cmp.Or(labels[list], field)
}

// done says what an action did, by the word in the address that it goes on to.
var done = map[string]string{
	"added":        "Added.",
	"billing":      "The billing details are saved.",
	"deleted":      "Deleted.",
	"founded":      "The organization is founded. You are its Admin.",
	"given":        "Assigned.",
	"invited":      "Invited. The address is of another mail domain than yours: pass the link on yourself.",
	"joined":       "Welcome. You have joined the organization.",
	"left":         "You have left the organization.",
	"mailed":       "Invited. The link is on its way by mail; you can copy it as well.",
	"org-deleted":  "The organization is deleted.",
	"org-renamed":  "The organization is renamed.",
	"reissued":     "There is a new link. Earlier ones no longer work.",
	"removed":      "Removed.",
	"renamed":      "Renamed.",
	"role":         "The role is changed.",
	"role-changed": "The role is saved. It counts at once for everybody who has it.",
	"role-created": "The role is created. Say what it may do.",
	"role-deleted": "The role is deleted.",
	"taken":        "Taken away.",
	"unmailed":     "Invited, but the mail could not be sent: pass the link on yourself.",
	"updated":      "The firmware is updated.",
}
