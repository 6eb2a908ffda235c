// Package ticket puts the answer to a heap question into an issue tracker: one
// comment with the picture, which the next run edits instead of adding another.
//
// The steps, in [Desk]: [Recognise] the tracker from the URL; find a credential
// ([Find]); Check who we are and the issue, before anything is written; find own
// comments by their [Marker]; ask for the size limits; then upload, comment or
// edit, and remove what the new picture replaces. The order leaves nothing
// behind that the next run does not mend.
//
// A tracker is one file here (github.go, gitlab.go, …) that implements
// [Tracker], and a row in [Kinds]. What a comment says is an [Answer]; what it
// looks like is a [Markup]'s. Names of a dump are hostile: every markup puts
// them where nothing is interpreted.
//
// Not read or done here: dumps, analyses and drawing. Credentials go to the host
// of the ticket's URL only, never into an error, a log or a file.
package ticket
