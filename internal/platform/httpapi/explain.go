package httpapi

import (
	"regexp"
	"strings"
)

// explanations translate huma's validation messages. Each pattern's groups
// fill $1, $2 of the texts.
var explanations = []struct {
	pattern *regexp.Regexp
	code    string
	zh, en  string
}{
	{regexp.MustCompile(`^expected required property (\S+) to be present`), "required", "这一项要填（$1）", "$1 is required"},
	{regexp.MustCompile(`^required \S+ parameter is missing`), "required", "这一项要填", "this is required"},
	{regexp.MustCompile(`^unexpected property`), "unexpected", "不认识这一项", "this field is not known"},
	{regexp.MustCompile(`^unknown query parameter`), "unexpected", "不认识这个参数", "this parameter is not known"},
	{regexp.MustCompile(`^expected length >= (\d+)`), "too_short", "太短，至少 $1 个字", "too short, at least $1 characters"},
	{regexp.MustCompile(`^expected length <= (\d+)`), "too_long", "太长，最多 $1 个字", "too long, at most $1 characters"},
	{regexp.MustCompile(`^expected array length >= (\d+)`), "too_few", "太少，至少 $1 项", "too few, at least $1"},
	{regexp.MustCompile(`^expected array length <= (\d+)`), "too_many", "太多，最多 $1 项", "too many, at most $1"},
	{regexp.MustCompile(`^expected number >= (\S+)`), "too_small", "太小，至少 $1", "must be at least $1"},
	{regexp.MustCompile(`^expected number > (\S+)`), "too_small", "要大于 $1", "must be more than $1"},
	{regexp.MustCompile(`^expected number <= (\S+)`), "too_big", "太大，最多 $1", "must be at most $1"},
	{regexp.MustCompile(`^expected number < (\S+)`), "too_big", "要小于 $1", "must be less than $1"},
	{regexp.MustCompile(`^expected value to be one of "(.*)"`), "not_a_choice", "只能选：$1", "must be one of: $1"},
	{regexp.MustCompile(`^expected (?:integer|number)|^invalid (?:integer|float|number)`), "not_a_number", "要填数字", "must be a number"},
	{regexp.MustCompile(`^expected boolean|^invalid boolean`), "not_a_boolean", "只能是 true 或 false", "must be true or false"},
	{regexp.MustCompile(`^expected string to be RFC 3339|^invalid date`), "not_a_time", "时间格式不对", "not a valid time"},
	{regexp.MustCompile(`^expected string to match pattern|^expected string to be `), "bad_format", "格式不对", "the format is wrong"},
	{regexp.MustCompile(`^expected string`), "not_text", "要填文字", "must be text"},
	{regexp.MustCompile(`^expected array items to be unique`), "repeated", "有重复", "has repeats"},
	{regexp.MustCompile(`^expected array`), "not_a_list", "要填列表", "must be a list"},
	{regexp.MustCompile(`^expected object`), "not_an_object", "格式不对", "must be an object"},
	{regexp.MustCompile(`^request body is required`), "required", "缺少内容", "the body is missing"},
}

// explain gives the stable code and the text of one validation message. A
// message it does not know is not shown, lest it quote what was submitted.
func explain(message, lang string) (code, text string) {
	english := strings.HasPrefix(lang, "en")
	for _, e := range explanations {
		m := e.pattern.FindStringSubmatchIndex(message)
		if m == nil {
			continue
		}
		template := e.zh
		if english {
			template = e.en
		}
		return e.code, string(e.pattern.ExpandString(nil, template, message, m))
	}
	if english {
		return "invalid", "this value is not valid"
	}
	return "invalid", "这一项不对"
}
