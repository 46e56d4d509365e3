// Package invites holds the rules of invitations: what a request must look
// like, the key ring that makes and verifies links, how a link is delivered,
// and who may accept.
//
// Everything here is a value or a total function: no context, clock,
// randomness or store.
//
// # Links
//
// An invitation's link ends in a token: the IDs of the organization and of the
// member row, and an HMAC-SHA256 over both and the row's issue number under a
// key that only the host has (I4). The store keeps no part of the MAC, so that a
// stolen database lets nobody in, and the host can make the same link again at
// any time. The link alone proves nothing about who follows it: accepting needs
// a verified address as well (I6).
package invites
