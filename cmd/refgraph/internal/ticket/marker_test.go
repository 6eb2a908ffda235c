package ticket

import (
	"testing"
	"time"
)

func TestMarkerRoundTrip(t *testing.T) {
	when := time.Date(2026, 11, 24, 10, 55, 0, 0, time.UTC)
	for _, m := range []Marker{
		{Fingerprint: "1a2b3c4d5e6f", Run: 1},
		{Fingerprint: "2-792cdb869f", Picture: "0c830cf9", Run: 2},
		{Fingerprint: "1a2b3c4d5e6f", Question: "cfaffaa652aa", Picture: "0c830cf9", Content: "229f3e1d", Run: 12,
			First: Measure{when, 300, 173_712}, Last: Measure{when.Add(time.Hour), 400, 1 << 40}, Gone: true},
	} {
		for _, mk := range markups() {
			line, _ := mk.Hidden(m.String())
			got, ok := ParseMarker("text <!-- refgraph:v1 000000000000 run=9 --> more\r\n\r\n" + line + "\r\n")
			if !ok || got != m {
				t.Errorf("%s: %+v, want %+v", mk.Name(), got, m)
			}
		}
	}
}

// TestMarkerOfStrangers looks at what is none of ours, or an older one.
func TestMarkerOfStrangers(t *testing.T) {
	for _, body := range []string{"", "refgraph:v1", "refgraph:v1 1A2B3C4D5E6F", "refgraph:v2 1a2b3c4d5e6f", "refgraph:gone 1a2b3c4d5e6f"} {
		if m, ok := ParseMarker(body); ok {
			t.Errorf("%q: %+v", body, m)
		}
	}
	m, ok := ParseMarker("<!-- refgraph:v1 1a2b3c4d5e6f -->")
	if !ok || m != (Marker{Fingerprint: "1a2b3c4d5e6f", Run: 1}) {
		t.Errorf("%+v %v", m, ok)
	}
}

func FuzzMarker(f *testing.F) {
	f.Add("<!-- refgraph:v1 1a2b3c4d5e6f png=0c830cf9 run=3 first=20261124T1055Z,300,173712 last=x,y,z gone=1 -->")
	f.Fuzz(func(t *testing.T, body string) {
		m, ok := ParseMarker(body)
		if !ok {
			return
		}
		again, ok := ParseMarker(m.String())
		if !ok || again.Fingerprint != m.Fingerprint || again.Content != m.Content {
			t.Errorf("%q: %+v, again %+v", body, m, again)
		}
	})
}
