package main

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter/orgs"
)

// helpers are what the templates call.
var helpers = template.FuncMap{
	"name":     nameOf,
	"initials": initials,
	"orgPath":  pathOf,
	"label":    label,
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
	"resource.id":         "Device or dashboard",
	"billing.company":     "Company",
	"billing.address":     "Address",
	"billing.vat-id":      "VAT ID",
	"billing.email":       "E-mail",
	"billing.reference":   "Reference",
}

func label(field string) string { return cmp.Or(labels[field], field) }

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
