package chat_test

import (
	"testing"
	"unicode/utf8"

	"tianbo/internal/live/chat"
)

// Ordinary words of a market are not held.
func TestOrdinaryLinesAreShown(t *testing.T) {
	for _, text := range []string{
		"多少钱一斤", "来 3 斤，地址不变", "138 块有点贵", "微信支付可以吗", "QQ 糖有吗", "老板去哪里了", "2026年3月2日发货吗", "👍👍👨‍👩‍👧", "怎么加购物车", "v5",
	} {
		if state, reason := chat.Judge(text, false, false, chat.Settings{}); state != chat.Shown {
			t.Errorf("%q is held for %s", text, reason)
		}
	}
	if state, _ := chat.Judge("加微信 abc12345", false, true, chat.Settings{}); state != chat.Shown {
		t.Error("the seller's own line is held")
	}
	if state, _ := chat.Judge("好👎吃", false, false, chat.Settings{Words: []string{"👎"}}); state != chat.Held {
		t.Error("a sign is no word of a room")
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"你好", "\x00\u202e", "加微信 abc12345", "\xff\xfe", "傻\u200b逼", "ＷＸ：farmer88"} {
		f.Add(s, "烂果")
	}
	f.Fuzz(func(t *testing.T, s, word string) {
		clean, ok := chat.Clean(s)
		if !utf8.ValidString(clean) || ok && utf8.RuneCountInString(clean) > 100 {
			t.Fatalf("%q became %q", s, clean)
		}
		if again, _ := chat.Clean(clean); again != clean {
			t.Fatalf("%q, cleaned again, became %q", clean, again)
		}
		if state, reason := chat.Judge(clean, false, false, chat.Settings{Words: []string{word}}); (state == chat.Held) != (reason != "") {
			t.Fatalf("%q is %s for %q", clean, state, reason)
		}
	})
}
