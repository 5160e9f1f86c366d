# Defines write_lines(file), which writes line[1] to line[lines] into a file and checks that all of it is there: not
# every awk reports a full disk.

function write_lines(file,    i, found) {
    for (i = 1; i <= lines; i++) print line[i] > file
    close(file)
    for (i = 1; (getline found < file) > 0; i++) if (found != line[i]) return 0
    return i == lines + 1
}
