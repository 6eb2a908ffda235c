// Package diff compares two dumps of one program: what grew.
//
// [Compare] compares by type; [Report.AddSuspects] adds the leak suspects, by
// fingerprint, and [Report.AddSites] the allocation sites, where dumps have
// them. [Added] finds the objects that are new, where the runtime does not move
// objects. [Grow] reads both dominator trees by type, side by side, and follows
// the growth down. [Parse] reads conditions such as
// `type=main.Session,grows>1000`, for `diff --fail-on` in a CI job.
//
// Only objects that roots retain are compared: garbage that waits for the
// collector says nothing about a leak.
package diff
