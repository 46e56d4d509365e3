package orgs

import (
	"strings"
	"unicode"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// maxAddress is the longest e-mail address in bytes: the longest path that
// RFC 5321 lets a mail server take, less its angle brackets.
const maxAddress = 254

// Address returns an e-mail address trimmed, or an error naming field when it
// is no address: 3 to 254 bytes of UTF-8, something before the last @ and
// something after it, no space, control, invisible character or bracket. Whether mail
// arrives there is the host's to find out.
func Address(field, address string) (string, error) {
	address = strings.TrimSpace(address)
	if len(address) > maxAddress {
		return "", input.Errorf(field, "is longer than %d bytes", maxAddress)
	}
	if err := input.Plain(field, address, 1, maxAddress); err != nil {
		return "", err
	}
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || strings.IndexByte(address, '@') != at ||
		strings.ContainsFunc(address, unicode.IsSpace) || strings.ContainsAny(address, "<>(),;:\\\"[]") {
		return "", input.Errorf(field, "is not an e-mail address")
	}
	return address, nil
}

// FoldAddress returns what addresses are compared by (I1): trimmed, ASCII
// letters in lower case, all else as it is. Not strings.EqualFold and not
// strings.ToLower: to those the Kelvin sign is a k, and the letter belongs to
// another mailbox.
func FoldAddress(address string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimSpace(address))
}

// Domain returns the folded part of address after the @, "" when it has none.
func Domain(address string) string {
	folded := FoldAddress(address)
	at := strings.LastIndexByte(folded, '@')
	if at < 0 {
		return ""
	}
	return folded[at+1:]
}
