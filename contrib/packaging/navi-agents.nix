# Nix: in a checkout, `nix-env -if contrib/packaging/navi-agents.nix`.
# With `asNavi = false`, only the command navi-agents is installed, beside pkgs.navi, an interactive cheat sheet.
{ pkgs ? import <nixpkgs> { }, asNavi ? true }:

pkgs.python3Packages.buildPythonApplication {
  pname = "navi-agents";
  version = "0.1.0";
  pyproject = true;
  src = pkgs.lib.cleanSource ../..;

  build-system = [ pkgs.python3Packages.setuptools ];
  dependencies = with pkgs.python3Packages; [ h11 pyyaml trio urwid wsproto ];

  # Its tests need sshd, tmux and several shells: contrib/test runs them in the checkout.
  doCheck = false;
  pythonImportsCheck = [ "navi.cli" ];

  makeWrapperArgs = [ "--suffix PATH : ${pkgs.lib.makeBinPath [ pkgs.openssh pkgs.tmux ]}" ];

  postInstall = pkgs.lib.optionalString (!asNavi) ''
    rm $out/bin/navi $out/share/bash-completion/completions/navi $out/share/fish/vendor_completions.d/navi.fish
    mv $out/share/man/man1/navi.1 $out/share/man/man1/navi-agents.1
  '';

  meta = {
    description = "Dashboard for coding agents in tmux, on every machine that ssh reaches";
    license = pkgs.lib.licenses.mit;
    mainProgram = "navi-agents";
    platforms = pkgs.lib.platforms.unix;
  };
}
