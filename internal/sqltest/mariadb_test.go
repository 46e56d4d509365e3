package sqltest

import (
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

var onMariaDB = sync.OnceValue(func() *engine {
	e := &engine{name: "MariaDB", dialect: sqlstore.MySQL(), server: "CHARTER_MARIADB"}
	p := &pool{
		engine: e,
		create: func(t testing.TB, name string) database {
			dsn := e.at(t)
			d := database{e, &mysql.MySQLDriver{}, dsn}
			must(t, d.open(t, 1), `CREATE DATABASE `+name)
			d.dsn = strings.Replace(dsn, "/test", "/"+name, 1)
			return d
		},
	}
	for _, table := range recordTables() {
		p.empties = append(p.empties, `DELETE FROM `+table)
	}
	e.blank, e.fresh = p.blank, p.fresh
	return e
})
