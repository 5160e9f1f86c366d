# Homebrew: in a checkout, `contrib/packaging/sdist && brew install --formula contrib/packaging/navi-agents.rb`.
# Homebrew has an interactive cheat sheet as the formula navi: with --without-navi only navi-agents is linked, beside it.
class NaviAgents < Formula
  include Language::Python::Virtualenv

  desc "Dashboard for coding agents in tmux, on every machine that ssh reaches"
  homepage "file://#{File.expand_path("../..", __dir__)}"
  url "file://#{File.expand_path("navi-0.1.0.tar.gz", __dir__)}"
  license "MIT"

  option "without-navi", "Install the command as navi-agents only"

  depends_on "libyaml"
  depends_on "python@3.13"
  depends_on "tmux"

  conflicts_with "navi", because: "both install a command navi" if build.with? "navi"

  def install
    venv = virtualenv_create(libexec, "python3.13")
    # The libraries come from PyPI. An archive of formulas would name each one, with its checksum.
    system libexec/"bin/python", "-m", "pip", "install", "PyYAML>=6.0", "h11", "trio>=0.29", "urwid>=2.6.16", "wsproto"
    venv.pip_install buildpath
    bin.install_symlink libexec/"bin/navi-agents"
    bash_completion.install "navi/cli/completion/bash/navi-agents"
    zsh_completion.install "navi/cli/completion/zsh/_navi-agents"
    fish_completion.install "navi/cli/completion/fish/navi-agents.fish"
    man1.install "man/navi-verbs.1"
    man5.install "man/navi-remotes.5"
    install_name
  end

  # Install manual and, if it is wanted, the short name.
  def install_name
    return man1.install "man/navi.1" => "navi-agents.1" if build.without? "navi"

    man1.install "man/navi.1"
    bin.install_symlink libexec/"bin/navi"
    bash_completion.install "navi/cli/completion/bash/navi"
    fish_completion.install "navi/cli/completion/fish/navi.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/navi-agents --version")
  end
end
