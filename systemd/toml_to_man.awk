# Converts systemd/copybench.toml to copybench.toml.5: the first paragraph is the description, each other one describes the keys
# below it.
function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/"/, "\\(dq", text)
  sub(/^[.']/, "\\\\\\&&", text)
  return text
}
BEGIN {
  print ".TH COPYBENCH.TOML 5 \"\" \"copybench\" \"File Formats Manual\""
  print ".SH NAME\ncopybench.toml \\- configuration of copybenchd\n.SH DESCRIPTION"
}
/^#  / { sub(/^# +/, ""); text = text ".br\n" roff($0) "\n.br\n"; next }
/^# / { text = text roff(substr($0, 3)) "\n"; next }
/^#/ { print (keys++ ? ".TQ" : ".TP") "\n.B " roff(substr($0, 2)); next }
/^$/ { flush_paragraph() }
END { flush_paragraph(); print ".SH SEE ALSO\n.BR copybenchd (8)" }
function flush_paragraph() {
  printf "%s", text
  if (!head_done) { print ".SH KEYS"; head_done = 1 }
  text = ""
  keys = 0
}
