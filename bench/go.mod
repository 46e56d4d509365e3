module github.com/seed-5b9f5318/charter/bench

go 1.25.0

require github.com/seed-5b9f5318/charter v0.0.0

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
)

replace github.com/seed-5b9f5318/charter => ../
