package ticket

import (
	"context"
	"errors"
	"net/url"
)

// Tracker is one issue of one tracker, or a project to open one in. All methods
// return an [Error] for what the tracker refuses.
type Tracker interface {
	// Check asks who we are, and that the issue is there, open to comments and ours
	// to comment on, as far as the tracker tells. It writes nothing.
	Check(ctx context.Context) error
	// Own lists the comments that we wrote, the oldest first.
	Own(ctx context.Context) ([]Comment, error)
	// Limits asks what files the tracker takes.
	Limits(ctx context.Context) (Limits, error)
	// Attached lists our files, those of the comment or of the issue: what the
	// tracker can tell. own may be nil.
	Attached(ctx context.Context, own *Comment) ([]Attachment, error)
	// Upload sends a file. own is nil unless the Traits say CommentFirst.
	Upload(ctx context.Context, own *Comment, f *File) (Attachment, error)
	// Comment adds a comment that shows the attachments.
	Comment(ctx context.Context, body string, files []Attachment) (Comment, error)
	// Edit replaces the text of an own comment; ErrNotEditable if that is not
	// allowed.
	Edit(ctx context.Context, own *Comment, body string, files []Attachment) error
	// Remove deletes an own attachment.
	Remove(ctx context.Context, a Attachment) error
	// FindOpen looks in the project for an open issue with the fingerprint, and makes
	// it the issue that the other methods mean.
	FindOpen(ctx context.Context, fingerprint string) (found bool, err error)
	// Open opens an issue in the project, and makes it the issue that the other
	// methods mean.
	Open(ctx context.Context, n NewIssue) error
	// URL is where a person reads the issue.
	URL() string
	Markup() Markup
	Traits() Traits
}

// Traits is how a tracker differs in the order of things.
type Traits struct {
	// CommentFirst: a file belongs to a comment, or an upload cannot be taken back;
	// so the comment is there, without it, before the file is sent.
	CommentFirst bool
	// NoFiles says why nothing can be uploaded, in words; empty if it can.
	NoFiles string
}

// Comment is one of ours.
type Comment struct {
	ID, URL, Body string
}

// Attachment is a file that the tracker has.
type Attachment struct {
	ID, Name string
	Ref      string // how a comment names it
	URL      string // where it can be had; may be empty
	Token    string // of a file that belongs to nothing yet
}

// File is what is to be uploaded.
type File struct {
	Name, Type string
	Data       []byte
}

// NewIssue is what Open makes.
type NewIssue struct {
	Title, Body, Fingerprint string
	Type                     string // of Kinds with Types; empty: the usual one
	Labels                   []string
}

// Limits is what files a tracker takes.
type Limits struct {
	Bytes int64                 // most of one file; 0 if not known
	Takes func(ext string) bool // by extension, ".png"; nil: all
}

func (l Limits) takes(ext string) bool { return l.Takes == nil || l.Takes(ext) }
func (l Limits) fits(data []byte) bool { return l.Bytes == 0 || int64(len(data)) <= l.Bytes }

// ErrNotEditable is returned by Edit where a new comment has to be added instead.
var ErrNotEditable = errors.New("the comment may not be edited")

// Place is what a URL names.
type Place struct {
	Kind    *Kind
	Base    *url.URL // of the server: scheme, host, path before the tracker's own
	Project string   // "owner/name", "group/sub/project", "OPS"; empty where the number is enough
	Number  string   // of the issue; empty for a project
	Merge   bool     // a merge or pull request
}

// Kind is a row of the table of trackers.
type Kind struct {
	Name  string // for --tracker
	Title string
	Tried string // what it was run against
	// Host recognises servers by their name alone.
	Host func(host string) bool
	// Parse reads a path, without slashes at its ends. sure tells that only this
	// tracker has such paths.
	Parse func(path string) (p Place, prefix string, sure, ok bool)
	// Probe is a question without credential, and what tells from its answer that
	// this is the tracker.
	Probe   string
	Confirm func(a *answer) bool
	// Keys are the environment variables with a credential, Helper a command of the
	// tracker's own client that prints one; both for a host.
	Keys   []Key
	Helper func(host string) []string
	// Labels and Types tell whether its issues have them.
	Labels, Types bool
	// Make makes the tracker's Tracker. The client's base is Place.Base.
	Make func(c *client, p Place, cred Credential, o *Options) Tracker
}

// Kinds is the table of trackers: a new one is a file and a line here.
func Kinds() []*Kind {
	return []*Kind{githubKind(), gitlabKind(), giteaKind(), jiraKind(), redmineKind()}
}
