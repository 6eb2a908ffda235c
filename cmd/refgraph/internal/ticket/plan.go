package ticket

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"strings"
)

// plan is which files a comment gets: what fits, made smaller or left out with
// a word.
type plan struct {
	answer *Answer
	limits Limits
	markup Markup
	opts   *Options
	none   string // why no file can be uploaded, in words

	items     []item
	hash      string // of the picture as first drawn
	width     int
	tried     int // how many sizes of the picture
	noPicture string
	leftOut   []string
}

// item is one file.
type item struct {
	File
	role role
	at   *Attachment // where it is, once it is uploaded
}

// role is what a file is in the comment.
type role uint8

const (
	rolePicture role = iota
	roleSVG
	roleReport
)

// NoFilesError says that a tracker takes no files from us at all.
type NoFilesError struct{ Why string }

func (e *NoFilesError) Error() string { return e.Why }

// sizes are the pictures to try, until one fits.
var sizes = [...]struct {
	scale float64
	boxes int
}{{2, 0}, {1.5, 0}, {1, 0}, {1, 30}, {1, 15}}

// prefix begins the names of all files of a leak.
func prefix(a *Answer) string { return stem(a.Fingerprint) }

// stem is how the names of a leak's files begin.
func stem(fingerprint string) string {
	digits := fingerprint[strings.IndexByte(fingerprint, '-')+1:]
	return "refgraph-" + digits[:min(8, len(digits))] + "-"
}

// make draws and packs. Names hold the digest of what is in the file, so a file
// that is there already is known by its name.
func (p *plan) make(ctx context.Context) error {
	if p.none != "" {
		p.noFiles(p.none)
	}
	if p.answer.Picture != nil {
		if err := p.picture(ctx); err != nil {
			return err
		}
		if len(p.items) > 0 {
			if err := p.svg(ctx); err != nil {
				return err
			}
		}
	}
	if p.answer.Report != nil && p.none == "" {
		return p.report()
	}
	return nil
}

// picture puts the largest picture that fits at the front.
func (p *plan) picture(ctx context.Context) error {
	for ; p.tried < len(sizes); p.tried++ {
		s := sizes[p.tried]
		if p.tried == 0 && p.opts.Scale > 0 {
			s.scale = p.opts.Scale
		}
		if s.boxes == 0 || p.opts.Boxes > 0 && p.opts.Boxes < s.boxes {
			s.boxes = p.opts.Boxes
		}
		if !p.markup.Sized() {
			s.scale = 1
		}
		png, width, err := p.answer.Picture.PNG(ctx, s.scale, s.boxes)
		if err != nil {
			return err
		}
		if p.hash == "" {
			p.hash = short(png)
		}
		if p.none != "" {
			return nil // its digest tells whether there is anything new
		}
		if !p.limits.takes(".png") {
			p.noFiles("the tracker takes no PNG")
			return nil
		}
		if p.limits.fits(png) {
			p.tried++
			p.width = width
			p.items = append([]item{{File: File{prefix(p.answer) + short(png) + ".png", typeOf(".png"), png}}}, p.items...)
			return nil
		}
	}
	p.noPicture = "even a small one is larger than the tracker takes"
	return nil
}

// svg adds the picture as SVG, named like the PNG as first drawn.
func (p *plan) svg(ctx context.Context) error {
	svg, err := p.answer.Picture.SVG(ctx)
	if err != nil {
		return err
	}
	p.add(roleSVG, "picture as SVG", prefix(p.answer)+p.hash+".svg", svg)
	return nil
}

// report adds the report. It has a time in it, so its name is that of the rest.
func (p *plan) report() error {
	name := []byte(p.hash + p.answer.Title.String() + p.answer.Tree)
	for _, f := range p.answer.Facts {
		name = append(name, f.Value.String()...)
	}
	p.add(roleReport, "report", prefix(p.answer)+short(name)+".html", p.answer.Report)
	return nil
}

// add adds a file, gzipped where only that is taken or fits, or says that it is
// left out.
func (p *plan) add(r role, what, name string, data []byte) {
	ext := name[strings.LastIndexByte(name, '.'):]
	if p.limits.takes(ext) && p.limits.fits(data) {
		p.items = append(p.items, item{File: File{name, typeOf(name), data}, role: r})
		return
	}
	if p.limits.takes(".gz") {
		if packed := packed(data); p.limits.fits(packed) {
			p.items = append(p.items, item{File: File{name + ".gz", typeOf(".gz"), packed}, role: r})
			return
		}
	}
	why := "the tracker takes no " + strings.ToUpper(ext[1:])
	if p.limits.takes(ext) || p.limits.takes(".gz") {
		why = "larger than the tracker takes"
	}
	p.leftOut = append(p.leftOut, what+" left out: "+why)
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(data) // to memory
	_ = w.Close()
	return b.Bytes()
}

// refused replaces the i-th file after the tracker refused it, or leaves it out.
// It returns the error if that has nothing to do with the file.
func (p *plan) refused(ctx context.Context, i int, err error) error {
	it := p.items[i]
	var none *NoFilesError
	switch {
	case errors.As(err, &none):
		p.noFiles(none.Why)
		return nil
	case !badFile(err):
		return err
	}
	p.items = append(p.items[:i:i], p.items[i+1:]...)
	tooLarge := oversize(err)
	switch {
	case it.role == rolePicture && tooLarge:
		return p.picture(ctx)
	case it.role == rolePicture:
		p.noPicture = "the tracker refused it: " + words300(err)
	case !strings.HasSuffix(it.Name, ".gz"):
		p.again(i, it, tooLarge)
	default:
		p.leftOut = append(p.leftOut, leftOutName(it.role)+" left out: the tracker refused it")
	}
	return nil
}

// again replaces a refused file by the gzipped one.
func (p *plan) again(i int, it item, tooLarge bool) {
	z := packed(it.Data)
	if tooLarge && len(z) > len(it.Data)/2 {
		p.leftOut = append(p.leftOut, leftOutName(it.role)+" left out: larger than the tracker takes")
		return
	}
	it.File = File{it.Name + ".gz", typeOf(".gz"), z}
	p.items = append(p.items[:i:i], append([]item{it}, p.items[i:]...)...)
}

func leftOutName(r role) string {
	if r == roleReport {
		return "report"
	}
	return "picture as SVG"
}

// noFiles leaves out all files.
func (p *plan) noFiles(why string) {
	p.none, p.noPicture, p.items = why, why, nil
	if p.answer.Report != nil {
		p.leftOut = append(p.leftOut, "report left out: no files can be uploaded")
	}
}

// badFile reports whether an error is about the file sent, not about us.
func badFile(err error) bool {
	switch status(err) {
	case http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusLengthRequired:
		return true
	}
	return false
}

func oversize(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	w := strings.ToLower(e.Words)
	return e.Status == http.StatusRequestEntityTooLarge || strings.Contains(w, "exceeds") || strings.Contains(w, "too large") || strings.Contains(w, "too big")
}

func words300(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Words != "" {
		return e.Words
	}
	return "no reason given"
}

// shown are the files as the comment shows them; those that are not uploaded yet
// by their names.
func (p *plan) shown() shown {
	s := shown{width: p.width, noPicture: p.noPicture, leftOut: p.leftOut}
	for _, it := range p.items {
		at := it.at
		if at == nil {
			at = &Attachment{Name: it.Name, Ref: it.Name}
		}
		switch it.role {
		case rolePicture:
			s.picture = at
		case roleSVG:
			s.svg = at
		case roleReport:
			s.report = at
		}
	}
	return s
}

// typeOf is the media type of a file by the end of its name.
func typeOf(name string) string {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "png":
		return "image/png"
	case "svg":
		return "image/svg+xml"
	case "gz":
		return "application/gzip"
	case "html":
		return "text/html"
	}
	return "application/octet-stream"
}
