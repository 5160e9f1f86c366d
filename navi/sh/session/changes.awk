# Prints a summary of what `git status --porcelain=v2 --branch` prints, with its errors and a last line "status NUMBER".
# The summary is lines "NAME VALUE" for the branch, and for how many files are staged, changed, untracked and in
# conflict. A failure is a `problem`.

/^# branch\.(head|upstream|ab) / { print substr($0, 10); next }
/^[12] / {
    staged += substr($2, 1, 1) != "."
    changed += substr($2, 2, 1) != "."
    next
}
/^\? / { untracked++; next }
/^u / { conflicts++; next }
/^status / { status = $2; next }
/[^ ]/ && words == "" { words = $0 }
END {
    print "staged", staged + 0
    print "changed", changed + 0
    print "untracked", untracked + 0
    print "conflicts", conflicts + 0
    if (words ~ /not a git repository/) print "bare yes"
    else if (status == 124 || status == 137 || status == 265) print "problem git did not answer in time"
    else if (status + 0 != 0) print "problem", words == "" ? "git ended with status " status : words
}
