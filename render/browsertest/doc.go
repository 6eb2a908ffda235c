// Package browsertest opens the pictures and the report in headless Chromium
// and drives them there. It is a module of its own, so that programs which use
// refgraph do not download a browser driver.
//
// It needs Debian's packages chromium, librsvg2-bin and fonts-liberation.
package browsertest
