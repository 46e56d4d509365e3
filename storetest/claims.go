package storetest

// claim returns the sentence of the contract with this number, in short. The
// whole of it is in the documentation of package store.
func claim(number int) string {
	return [...]string{
		1:  "when fn and Update return nil every write is kept and visible; otherwise none is, whatever failed, a write whose error fn drops included",
		2:  "fn's error comes back such that errors.Is and errors.As find it, and is no conflict for being fn's",
		3:  "a panic in fn rolls back and goes on to the caller; the store stays usable",
		4:  "Update calls fn at most once; what failed only because of another transaction is ErrConflict, nothing else is",
		5:  "after fn has returned, every method of its Tx or Reader answers ErrTxDone and does nothing",
		6:  "Hold after the first write answers ErrLateHold",
		7:  "of what a writing fn held, every revision must still be the same at the end and becomes one more; otherwise nothing is kept and Update returns ErrConflict",
		8:  "what Hold returns is no older than the revisions it returns",
		9:  "organizations are held first, then users in ascending order; Want.Member holds the user of the row too, unless Want.MemberAlone is set",
		10: "a read on the Store and a View see every Update that returned nil before it began",
		11: "a View sees one moment: what commits meanwhile is not in it",
		12: "Update with the context of a fn of the same store answers ErrNested",
		13: "a context that is done before the commit began keeps everything out, and its error comes back",
		14: "Revision is that of the organization, 0 when there is none; Facts are about the same organization and the user's own row: Revision, Holds, Registered, Coverage",
		15: "FactsMany answers as many Facts would, and Users as many User would, from one snapshot",
		16: "the Facts of a page are what Facts would answer for the Asker; without one they are zero",
		17: "the profile of a bound row is the user's; PutProfile changes it everywhere and UpdateMember never undoes it",
		18: "grants go with their row and with their resource; what comes back starts without any",
		19: "an ID of another organization is not found, not changed, not listed; what a list across organizations tells with a row is of that row's organization",
		20: "a write that would break uniqueness is ErrConflict and keeps nothing",
		21: "IDs, keys and folded forms compare as bytes",
		22: "values handed out and taken in are copies, and no call changes its arguments",
		23: "what was stored comes back equal, byte by byte and to the microsecond in UTC",
		24: "lists have the order that their method names; pages neither skip nor repeat a row that did not change, and After is exclusive, also when that row is gone; what is not there has empty lists",
		25: "a deleted organization leaves its tombstone and nothing else; a user's record stays",
		26: "writing to a row that is not there changes nothing and adds nothing",
		27: "a Tx that has HoldMany answers by it what as many Holds would, and holds what they would",
		28: "a Reader that has GranteeIDs answers by it the page of Grantees, of each member the IDs alone",
	}[number]
}
