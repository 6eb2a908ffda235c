// Package servertest runs `refgraph ticket` against real trackers and opens the
// pages in a browser, to see what a person would see. It is a module of its own,
// so that programs which use refgraph do not download a browser driver.
//
// Redmine is Debian's (packages redmine, redmine-sqlite, puma); the test makes an
// instance of its own in a folder. Gitea is built by .ci/real from its Go module;
// without the environment variable GITEA it is not tested, and the test says so.
package servertest
