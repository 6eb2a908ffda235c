package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// check parses an SVG of the scene and sees that the text of every group is
// there, in order: a picture with an empty box must not leave the house.
func (s *scene) check(svg []byte) error {
	got, err := svgTexts(bytes.NewReader(svg))
	if err != nil {
		return fmt.Errorf("the SVG does not parse: %w", err)
	}
	i := 0
	for _, g := range s.groups {
		words := 0
		for _, sh := range g.shapes {
			if sh.kind != textShape {
				continue
			}
			if i >= len(got) || got[i] != sh.text || strings.TrimSpace(sh.text) == "" {
				return fmt.Errorf("the SVG lost the text %.40q", sh.text)
			}
			words++
			i++
		}
		if g.class == "node" && words == 0 {
			return errors.New("a box without text")
		}
	}
	if i != len(got) {
		return fmt.Errorf("the SVG has %d texts too many", len(got)-i)
	}
	return nil
}

// svgTexts returns the contents of the text elements of an SVG.
func svgTexts(r io.Reader) ([]string, error) {
	d := xml.NewDecoder(r)
	var texts []string
	in := false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if in = t.Name.Local == "text"; in {
				texts = append(texts, "")
			}
		case xml.EndElement:
			in = false
		case xml.CharData:
			if in {
				texts[len(texts)-1] += string(t)
			}
		}
	}
}
