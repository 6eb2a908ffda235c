package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/ticket"
	"github.com/spf13/cobra"
)

// ticketFlags are the flags of ticket.
type ticketFlags struct {
	typ, object, against string
	n, maxNodes          int
	report               bool
	tracker, markup      string
	tokenFile, branch    string
	open, resolve        bool
	title, issueType     string
	labels               []string
	dryRun               string
	valuesLeave          bool
}

func newTicket(a *app) *cobra.Command {
	var f ticketFlags
	c := &cobra.Command{
		Use:   "ticket URL DUMP [--type T]",
		Short: "Put the picture into an issue: one comment, which the next run edits",
		Long: `ticket puts the answer into an issue tracker: a comment with the verdict, who holds
how many, what to do next, the picture, the same as text, and the facts of the
dump. URL is that of the issue (or pull request) as the browser shows it.

  export GITHUB_TOKEN=…         # or be logged in with gh
  refgraph ticket https://github.com/acme/orders/issues/41 leak.heapdump --exe ./server --dry-run out
  refgraph ticket https://github.com/acme/orders/issues/41 leak.heapdump --exe ./server
  refgraph ticket https://acme.atlassian.net/browse/OPS-7 h.hprof.gz --type Session --report

Without --type or --object it reports the first suspect, and every suspect that
the ticket has a comment of already. --dry-run DIR writes the comment and its files
into a folder and sends nothing: look there first.

The same leak has one comment: the next run edits it, replaces the picture and
says how it grew since the first. If nothing changed, nothing is sent. What is no
longer in the dump is told; --resolve says so on the ticket. --new takes the URL of
a project, and opens an issue unless one with the same leak is open.

Trackers and where a credential is looked for; --token-file FILE (a token, or
user:token) is the first place, git's credential helpers are the last:

  github    GITHUB_TOKEN or GH_TOKEN (Enterprise Server: GH_ENTERPRISE_TOKEN); gh auth token
  gitlab    GITLAB_TOKEN (scope api); glab
  gitea     GITEA_TOKEN or FORGEJO_TOKEN (scopes write:issue, read:repository, read:user); Forgejo too
  jira      Cloud: JIRA_USER and JIRA_API_TOKEN; Data Center: JIRA_API_TOKEN alone
  redmine   REDMINE_API_KEY; --markup if the server's text formatting is not textile

A credential is sent to the host of the URL only, by https (http on this machine),
and is in no error and no file. Heap contents stay hidden: --values shows them
only together with --yes-values-leave-this-machine.

In a GitHub workflow the comment is added to the job's summary, too.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return usageError{hintError{fmt.Errorf("a URL and a dump, not %d arguments", len(args)), "refgraph ticket URL DUMP [flags]; refgraph ticket --help has examples"}}
		},
		RunE: func(c *cobra.Command, args []string) error { return runTicket(c.Context(), a, args[0], args[1], f) },
	}
	f.add(c)
	return c
}

func (f *ticketFlags) add(c *cobra.Command) {
	l := c.Flags()
	l.StringVar(&f.typ, "type", "", "report why objects of this type are alive, instead of the suspects")
	l.StringVar(&f.object, "object", "", "report why this object is alive")
	l.StringVar(&f.against, "against", "", "an older dump of the same program: finds what grew")
	l.IntVarP(&f.n, "number", "n", 1, "how many suspects get a comment")
	l.IntVar(&f.maxNodes, "max-nodes", 0, "most boxes in the picture")
	l.BoolVar(&f.report, "report", false, "attach the full report, where the tracker takes it")
	l.StringVar(&f.tracker, "tracker", "", "what the URL is of: "+strings.Join(ticket.KindNames(), ", "))
	l.StringVar(&f.markup, "markup", "", "Redmine's text formatting: textile, common_mark or markdown")
	l.StringVar(&f.tokenFile, "token-file", "", "file with the token, or user:token, in its first line")
	l.StringVar(&f.branch, "pictures-branch", "", "GitHub: branch to commit pictures to where nothing can be uploaded; unset: a diagram in the comment")
	l.BoolVar(&f.open, "new", false, "URL is that of a project: open an issue there, unless one with the same leak is open")
	l.StringVar(&f.title, "title", "", "title of an issue that --new opens; unset: the answer's")
	l.StringVar(&f.issueType, "issue-type", "", "type of an issue that --new opens: Jira's (unset: Bug), Redmine's tracker")
	l.StringArrayVar(&f.labels, "label", nil, "label of an issue that --new opens (repeatable)")
	l.BoolVar(&f.resolve, "resolve", false, "say on the ticket what is no longer in the dump")
	l.StringVar(&f.dryRun, "dry-run", "", "folder to write comment and files to instead of sending them")
	for flag, words := range map[string][]string{"tracker": ticket.KindNames(), "markup": {"textile", "common_mark", "markdown"}} {
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flags are there
	}
	l.BoolVar(&f.valuesLeave, "yes-values-leave-this-machine", false, "with --values: heap contents may be sent to the tracker")
}

// check refuses what cannot be carried out before the dump is read.
func (f *ticketFlags) check(a *app) error {
	switch {
	case a.values && !f.valuesLeave:
		return usageError{hintError{errors.New("--values would send heap contents to the tracker: strings, keys, tokens"),
			"leave --values out, or say --yes-values-leave-this-machine as well"}}
	case f.typ != "" && f.object != "":
		return usageError{errors.New("--type or --object, not both")}
	case f.n < 1:
		return usageError{fmt.Errorf("-n %d: at least one suspect", f.n)}
	case f.resolve && (f.open || f.dryRun != ""):
		return usageError{hintError{errors.New("--resolve is for a ticket that is there"), "give the URL of the issue, without --new and --dry-run"}}
	}
	return nil
}

// ticketJSON is the contract of `ticket --json`.
type ticketJSON struct {
	Issue    string              `json:"issue"` // URL; empty with --dry-run
	Opened   bool                `json:"opened"`
	Comments []ticketCommentJSON `json:"comments"`
	Gone     []ticketGoneJSON    `json:"gone"`
	Files    []string            `json:"files"` // that --dry-run wrote
}

type ticketCommentJSON struct {
	Fingerprint string           `json:"fingerprint"`
	Done        string           `json:"done"` // created, updated, unchanged
	URL         string           `json:"url"`
	Attachments []attachmentJSON `json:"attachments"`
	LeftOut     []string         `json:"left_out"`
}

type attachmentJSON struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type ticketGoneJSON struct {
	Fingerprint string `json:"fingerprint"`
	Said        bool   `json:"said"` // on the ticket
	URL         string `json:"url"`
}

func runTicket(ctx context.Context, a *app, url, path string, f ticketFlags) error {
	if err := f.check(a); err != nil {
		return err
	}
	t := &ticketRun{app: a, flags: f, out: ticketJSON{Comments: []ticketCommentJSON{}, Gone: []ticketGoneJSON{}, Files: []string{}}}
	if err := t.place(ctx, url); err != nil {
		return ticketUsage(err)
	}
	if f.dryRun == "" {
		if err := t.open(ctx); err != nil {
			return ticketUsage(err)
		}
	}
	// What is read ends at once when it is interrupted; what is sent is put in order.
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	q, err := askTicket(reading, a, path, f, t.known())
	if err == nil {
		defer q.close()
		stop()
		err = t.send(ctx, q)
	}
	if err != nil {
		return ticketUsage(err)
	}
	return t.show()
}

// ticketUsage gives the errors of a URL or a flag their exit code.
func ticketUsage(err error) error {
	var u *ticket.UsageError
	if errors.As(err, &u) {
		return usageError{err}
	}
	return err
}

// ticketRun is the state of one run.
type ticketRun struct {
	app   *app
	flags ticketFlags
	at    ticket.Place
	opts  ticket.Options
	desk  *ticket.Desk // nil with --dry-run
	out   ticketJSON
}

// place finds out what the URL is of, and what to write there.
func (t *ticketRun) place(ctx context.Context, url string) (err error) {
	t.opts = ticket.Options{Tool: "refgraph " + version(), Now: time.Now(), Branch: t.flags.branch, Boxes: t.flags.maxNodes}
	if t.flags.markup != "" {
		if t.opts.Markup, err = ticket.MarkupNamed(t.flags.markup); err != nil {
			return err
		}
	}
	if t.at, err = ticket.Recognise(ctx, url, t.flags.tracker, t.flags.dryRun != ""); err != nil {
		return err
	}
	switch k := t.at.Kind; {
	case !t.flags.open && (len(t.flags.labels) > 0 || t.flags.issueType != "" || t.flags.title != ""):
		return &ticket.UsageError{What: "--title, --label and --issue-type are of an issue that --new opens", Advice: "leave them out, or give a project's URL and --new"}
	case len(t.flags.labels) > 0 && !k.Labels:
		return &ticket.UsageError{What: k.Title + " has no labels", Advice: "leave --label out"}
	case t.flags.issueType != "" && !k.Types:
		return &ticket.UsageError{What: "refgraph knows no types of issues on " + k.Title, Advice: "leave --issue-type out; a --label may do"}
	case t.flags.open && t.at.Number != "":
		return &ticket.UsageError{What: "--new wants the URL of a project, and this is one of an issue", Advice: "leave --new out, or give the project's URL"}
	case !t.flags.open && t.at.Number == "":
		return &ticket.UsageError{What: "this is the URL of a project, not of an issue", Advice: "give the issue's URL, or --new to open one"}
	}
	return nil
}

// open finds the credential and checks the ticket, before any time is spent on
// the dump.
func (t *ticketRun) open(ctx context.Context) error {
	finder := ticket.Finder{File: t.flags.tokenFile}
	cred, err := finder.Find(ctx, t.at)
	if err != nil {
		return err
	}
	t.desk, err = ticket.Open(ctx, t.at, cred, t.opts)
	return err
}

func (t *ticketRun) known() []ticket.Marker {
	if t.desk == nil {
		return nil
	}
	return t.desk.Known()
}

// send puts the answers on the ticket, or into a folder.
func (t *ticketRun) send(ctx context.Context, q *ticketQuestion) error {
	for i, answer := range q.answers {
		if t.desk == nil {
			files, err := ticket.DryRun(ctx, t.at, t.opts, answer, t.flags.dryRun)
			t.out.Files = append(t.out.Files, files...)
			if err != nil {
				return err
			}
			continue
		}
		if t.flags.open && i == 0 {
			opened, err := t.desk.NewOne(ctx, answer, ticket.NewIssue{Title: t.flags.title, Type: t.flags.issueType, Labels: t.flags.labels})
			if err != nil {
				return err
			}
			t.out.Opened = opened
		}
		done, err := t.desk.Post(ctx, answer)
		if err != nil {
			return err
		}
		t.add(done)
	}
	if err := t.gone(ctx, q); err != nil {
		return err
	}
	if t.desk != nil && (len(q.answers) > 0 || !t.flags.open) {
		t.out.Issue = t.desk.URL()
	}
	return t.summary(q)
}

func (t *ticketRun) add(done *ticket.Outcome) {
	c := ticketCommentJSON{Fingerprint: done.Fingerprint, Done: done.Done, URL: done.Comment, Attachments: []attachmentJSON{}, LeftOut: []string{}}
	for _, f := range done.Files {
		c.Attachments = append(c.Attachments, attachmentJSON{f.Name, f.URL})
	}
	c.LeftOut = append(c.LeftOut, done.LeftOut...)
	t.out.Comments = append(t.out.Comments, c)
}

// gone tells, with --resolve on the ticket, which leaks of it are not in the dump.
func (t *ticketRun) gone(ctx context.Context, q *ticketQuestion) error {
	for _, m := range q.gone {
		g := ticketGoneJSON{Fingerprint: m.Fingerprint, Said: m.Gone}
		if t.flags.resolve {
			done, err := t.desk.Resolve(ctx, m.Fingerprint, "", q.dump)
			if err != nil {
				return err
			}
			g.Said, g.URL = true, done.Comment
		}
		t.out.Gone = append(t.out.Gone, g)
	}
	return nil
}

// summary adds the answers to the page of a GitHub workflow's job.
func (t *ticketRun) summary(q *ticketQuestion) error {
	file := os.Getenv("GITHUB_STEP_SUMMARY")
	if file == "" || len(q.answers) == 0 {
		return nil
	}
	w, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	for _, answer := range q.answers {
		_, e := fmt.Fprintln(w, ticket.Summary(answer, t.opts.Tool, t.opts.Now, t.out.Issue))
		err = errors.Join(err, e)
	}
	return errors.Join(err, w.Close())
}

// show prints what was done.
func (t *ticketRun) show() error {
	a := t.app
	if a.json {
		return a.writeJSON(a.out, t.out)
	}
	for _, f := range t.out.Files {
		fmt.Fprintf(a.out, "wrote %s\n", f)
	}
	if t.out.Opened {
		fmt.Fprintf(a.out, "opened %s\n", t.out.Issue)
	}
	for _, c := range t.out.Comments {
		switch c.Done {
		case ticket.Unchanged:
			fmt.Fprintf(a.out, "nothing new, nothing sent: %s\n", c.URL)
		default:
			fmt.Fprintf(a.out, "%s %s\n", c.Done, c.URL)
		}
		for _, w := range c.LeftOut {
			fmt.Fprintf(a.out, "  %s\n", a.name(w))
		}
	}
	for _, g := range t.out.Gone {
		switch {
		case g.URL != "":
			fmt.Fprintf(a.out, "gone, and said so: %s\n", g.URL)
		case g.Said:
			fmt.Fprintf(a.out, "leak %s is not in this dump; the ticket says so\n", g.Fingerprint)
		default:
			fmt.Fprintf(a.out, "leak %s of this ticket is not in this dump; --resolve says so there\n", g.Fingerprint)
		}
	}
	if len(t.out.Files)+len(t.out.Comments)+len(t.out.Gone) == 0 {
		fmt.Fprintln(a.out, "no suspects: nothing to say, nothing sent; --type reports why objects of a type are alive")
	}
	return nil
}
