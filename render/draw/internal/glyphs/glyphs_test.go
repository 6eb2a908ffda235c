package glyphs

import (
	"testing"
	"unicode/utf8"
)

func TestFontsHaveWhatNamesAreWrittenIn(t *testing.T) {
	for what, s := range map[string]string{"Chinese": "会话缓存订单資料", "Japanese": "セッション管理者ひらがな", "Korean": "세션저장소목록", "Arabic": "مخزنالجلسات"} {
		for _, r := range Joined(s) {
			if Font(r) == nil {
				t.Errorf("%s: no glyph for %c, U+%04X", what, r, r)
			}
		}
	}
	if Font('ก') != nil || Font('A') != nil {
		t.Error("fonts have more than they should")
	}
}

// The forms are those that Unicode's charts give for the words.
func TestVisual(t *testing.T) {
	for in, want := range map[string]string{
		"main.Session": "main.Session",
		"سلام":         "\uFEE1\uFEFC\uFEB3", // seen initial, lam-alef final, meem isolated, from the right
		"باب":          "\uFE8F\uFE8E\uFE91",
		"a.بب[1]":      "a.\uFE90\uFE91[1]",
		"רשימה":        "המישר",
		"אב_גד.הו":     "דג_בא.וה",
		"דַע":          "עדַ",                // a mark stays with its letter
		"دار":          "\uFEAD\uFE8D\uFEA9", // none of them joins what follows
		"گچ":           "\uFB7B\uFB94",
	} {
		if got := Visual(in); got != want {
			t.Errorf("%s: %+q, want %+q", in, got, want)
		}
	}
}

func FuzzVisual(f *testing.F) {
	for _, s := range []string{"سلام[\"…\"]", "אבג (a) דה", "لا", "\u0644\u0627\u064B", "漢字"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) && !utf8.ValidString(Visual(s)) {
			t.Errorf("%q gives %q", s, Visual(s))
		}
	})
}
