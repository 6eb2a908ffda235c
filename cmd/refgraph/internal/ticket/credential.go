package ticket

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Credential is what proves to a tracker who we are. It is printed by nothing.
type Credential struct {
	User   string // empty where a token is enough
	Secret string
	From   string // where it was found, for people: "GITHUB_TOKEN"
}

// String hides the secret from every way of printing.
func (c Credential) String() string { return "credential of " + c.From }

// GoString hides it from %#v too.
func (c Credential) GoString() string { return c.String() }

// Key is an environment variable with a credential.
type Key struct {
	Secret, User string                                          // names of variables; User may be empty
	For          func(host string, env func(string) string) bool // the hosts that it is for; nil: of every URL
}

// Finder looks for credentials. The zero value looks into the process's
// environment and asks the commands that are installed.
type Finder struct {
	File string                                                               // named by the user; the only place then
	Env  func(string) string                                                  // nil is os.Getenv
	Run  func(ctx context.Context, in string, args ...string) ([]byte, error) // nil runs a command
}

// Find finds the credential for a place: in the file that the user named, the
// environment, what the tracker's own client knows, what git knows for the host.
// The error names the places; it is a [UsageError].
func (f *Finder) Find(ctx context.Context, p Place) (Credential, error) {
	env, run := f.Env, f.Run
	if env == nil {
		env = os.Getenv
	}
	if run == nil {
		run = command
	}
	if f.File != "" {
		return fromFile(f.File)
	}
	host := p.Base.Host
	for _, k := range p.Kind.Keys {
		if secret := strings.TrimSpace(env(k.Secret)); secret != "" && (k.For == nil || k.For(p.Base.Hostname(), env)) {
			c := Credential{Secret: secret, From: k.Secret}
			if k.User != "" {
				c.User = strings.TrimSpace(env(k.User))
			}
			return c, printable(c)
		}
	}
	if p.Kind.Helper != nil {
		args := p.Kind.Helper(host)
		if out, err := run(ctx, "", args...); err == nil && len(bytes.TrimSpace(out)) > 0 {
			c := Credential{Secret: strings.TrimSpace(string(out)), From: strings.Join(args[:2], " ")}
			return c, printable(c)
		}
	}
	if c := fromGit(ctx, run, p.Base); c.Secret != "" {
		return c, printable(c)
	}
	return Credential{}, noCredential(p)
}

func noCredential(p Place) error {
	var names []string
	for _, k := range p.Kind.Keys {
		name := k.Secret
		if k.User != "" {
			name += " (with " + k.User + ")"
		}
		names = append(names, name)
	}
	return &UsageError{
		fmt.Sprintf("no credential for %s at %s", p.Kind.Title, p.Base.Host),
		"set " + strings.Join(names, " or ") + ", or name a file that holds it with --token-file; git's credential helpers are asked too",
	}
}

// printable refuses what no header can hold, without showing it.
func printable(c Credential) error {
	for _, r := range c.User + c.Secret {
		if r <= ' ' || r >= 0x7f {
			return &UsageError{c.From + " holds a blank or another character that no token has", "it must be the token and nothing else, on one line"}
		}
	}
	return nil
}

// fromFile reads a token, or user:token, from the first line of a file.
func fromFile(file string) (Credential, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Credential{}, err
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
	c := Credential{Secret: strings.TrimSpace(line), From: file}
	if user, secret, ok := strings.Cut(c.Secret, ":"); ok {
		c.User, c.Secret = user, secret
	}
	if c.Secret == "" {
		return c, &UsageError{file + " is empty", "its first line must be the token, or user:token"}
	}
	return c, printable(c)
}

// fromGit asks git's credential helpers, and never a person.
func fromGit(ctx context.Context, run func(context.Context, string, ...string) ([]byte, error), base *url.URL) (c Credential) {
	in := fmt.Sprintf("protocol=%s\nhost=%s\npath=%s\n\n", base.Scheme, base.Host, strings.TrimPrefix(base.Path, "/"))
	out, err := run(ctx, in, "git", "-c", "core.askPass=true", "credential", "fill")
	if err != nil {
		return c
	}
	for _, line := range strings.Split(string(out), "\n") {
		switch key, value, _ := strings.Cut(line, "="); key {
		case "username":
			c.User = value
		case "password":
			c.Secret = value
		}
	}
	c.From = "git credential fill"
	return c
}

// command runs a helper that must not ask anything.
func command(ctx context.Context, in string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stdin = strings.NewReader(in)
	c.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true", "SSH_ASKPASS=true", "GCM_INTERACTIVE=never", "GH_PROMPT_DISABLED=1", "NO_PROMPT=1")
	c.WaitDelay = time.Second
	return c.Output()
}
