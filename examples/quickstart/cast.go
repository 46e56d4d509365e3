package main

import (
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// A person has the ID that the host's login knows it by.
type person struct {
	id orgs.UserID
	orgs.Profile
}

// The people of the story.
var (
	ada     = person{"user-ada", orgs.Profile{Email: "ada@windpark.example", FirstName: "Ada", LastName: "Vale"}}
	bob     = person{"user-bob", orgs.Profile{Email: "bob@windpark.example", FirstName: "Bob", LastName: "Reed"}}
	cleo    = person{"user-cleo", orgs.Profile{Email: "cleo@rotorcare.example", FirstName: "Cleo", LastName: "Moor"}}
	dan     = person{"user-dan", orgs.Profile{Email: "dan@windprak.example", FirstName: "Dan", LastName: "Hale"}}
	mallory = person{"user-mallory", orgs.Profile{Email: "mallory@elsewhere.example", FirstName: "Mallory"}}
)

// orgName is the organization's name. Names need not be unique; here it is.
const orgName = "Windpark North"

// turbines is how many devices the organization has.
const turbines = 12

func turbine(number int) grants.Resource {
	return grants.Resource{Kind: "device", ID: grants.ResourceID(fmt.Sprintf("turbine-%d", number))}
}

func dashboard(id grants.ResourceID) grants.Resource {
	return grants.Resource{Kind: "dashboard", ID: id}
}

// things are the host's own; the library knows which organization has them.
func things() []grants.Resource {
	list := []grants.Resource{dashboard("park-output"), dashboard("maintenance")}
	for n := range turbines {
		list = append(list, turbine(n+1))
	}
	return list
}

// questions are asked about everybody.
func questions() []grants.Question {
	return []grants.Question{
		{Permission: "devices.update-firmware", Resource: turbine(1)},
		{Permission: "devices.update-firmware", Resource: turbine(3)},
		{Permission: "devices.delete", Resource: turbine(3)},
		{Permission: "emma.view-dashboards", Resource: dashboard("park-output")},
		{Permission: roles.InviteUsers},
	}
}
