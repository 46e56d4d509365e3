// Package browsertest has no code: its tests drive examples/console with a browser, as
// people do. They build the console, run it as a process of its own, and tell the story
// of an organization on its pages, on SQLite and on PostgreSQL, with JavaScript and
// without. They look for accessibility faults with axe-core, and compare what pages of a
// list cost in an organization of a hundred members and in one of a hundred thousand.
//
// # Elements
//
// Tests find elements as assistive technology does, by role and name in the
// accessibility tree that Chromium makes of a page, and act on them with the mouse and
// the keyboard. So what a test can do, a person can do who sees no screen.
//
// # What is not installed
//
// The browser is the Debian package chromium. Tests without it are skipped, or fail if
// the environment variable CHARTER_ENGINES is "all", as those of database servers do.
//
// # Pictures
//
// The pages that the story comes by are kept as PNG files in the folder that the
// environment variable CHARTER_SCREENSHOTS names, for somebody to look at.
package browsertest
