package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/wneessen/go-mail"

	"github.com/seed-5b9f5318/charter"
)

// mailer sends invitations.
type mailer interface {
	send(ctx context.Context, to string, about charter.Preview, link string) error
}

// newMailer returns the sender that server, an smtp:// address, names; without one
// mails are printed to out.
func newMailer(server, from string, out io.Writer) (mailer, error) {
	if server == "" {
		return &printer{out: out}, nil
	}
	address, err := url.Parse(server)
	if err != nil || address.Scheme != "smtp" || address.Hostname() == "" {
		return nil, fmt.Errorf("-smtp is no smtp:// address")
	}
	options := []mail.Option{mail.WithTLSPolicy(mail.TLSOpportunistic)}
	if port, err := strconv.Atoi(address.Port()); err == nil {
		options = append(options, mail.WithPort(port))
	}
	if user := address.User; user != nil {
		password, _ := user.Password()
		// A password goes over an encrypted connection or not at all.
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory),
			mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(user.Username()), mail.WithPassword(password))
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("-from: %w", err)
	}
	client, err := mail.NewClient(address.Hostname(), options...)
	if err != nil {
		return nil, err
	}
	return sender{client, from}, nil
}

func subject(about charter.Preview) string { return "Invitation to " + about.Organization }

func body(about charter.Preview, link string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s invites you to %s as %s.\n", nameOf(about.Inviter), about.Organization, about.Role.Name)
	if about.Message != "" {
		fmt.Fprintf(&text, "\n%s\n", about.Message)
	}
	fmt.Fprintf(&text, "\n%s\n", link)
	return text.String()
}

// sender sends by SMTP.
type sender struct {
	client *mail.Client
	from   string
}

func (s sender) send(ctx context.Context, to string, about charter.Preview, link string) error {
	message := mail.NewMsg()
	if err := message.From(s.from); err != nil {
		return err
	}
	if err := message.To(to); err != nil {
		return err
	}
	message.Subject(subject(about))
	message.SetBodyString(mail.TypeTextPlain, body(about, link))
	return s.client.DialAndSendWithContext(ctx, message)
}

// printer shows mails on the terminal. Safe for concurrent use.
type printer struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *printer) send(_ context.Context, to string, about charter.Preview, link string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := strings.ReplaceAll(strings.TrimSpace(plain(body(about, link))), "\n", "\n    ") // nobody's message looks like a mail of ours
	_, err := fmt.Fprintf(p.out, "\nTo: %s\nSubject: %s\n    %s\n", plain(to), plain(subject(about)), text)
	return err
}

// plain returns text without what would steer a terminal, or turn what it shows.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
