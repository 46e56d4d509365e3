// Package sqltest tests sqlstore on real engines. It is a module of its own, and
// never released, so that importers of charter meet no driver.
package sqltest
