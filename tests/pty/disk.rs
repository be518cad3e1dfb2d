//! Disks that are full or take nothing, on both sides: what cannot be kept is refused in sight, and nothing is half done.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use textbank::client::CampaignServer as _;

use crate::harness::{Home, Terminal, skip};
use crate::served::{confirm_until, leave, press_enter, server_gets, wait_until_all_is_handed_in};
use crate::serving::{CONTACTS, Plan, Served, sent};

/// A small disk of its own, taken away at the end.
struct Disk(PathBuf);

impl Disk {
    /// None where this is not allowed; that is said.
    fn mount(at: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a directory");
        let size = format!("size={size},mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        skip("a small disk cannot be mounted here (it needs root)");
        None
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Leaves no room.
    fn fill(&self) {
        std::fs::write(self.filler(), vec![0u8; 64 << 20]).expect_err("the disk is smaller than that");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).expect("it was filled");
    }

    fn takes_nothing(&self) {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status().expect("mount runs").success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Those who used it are gone, or go with the test.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_on_the_laptop_refuses_the_press_in_sight() {
    let home = Home::new();
    let Some(disk) = Disk::mount(&home.path().join("data"), "1500k") else { return };
    let served = Served::start_as(Plan { home: Some(home.clone()), ..Plan::default() });
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    disk.fill();
    // The journal may have room left in files that it has already.
    let mut confirmed = 1;
    loop {
        let refused = |screen: &str| screen.contains("could not be written to the journal");
        // Pressed again where the machine was too busy for the card's dwell.
        let said = (0..4).any(|_| {
            press_enter(&mut console);
            console.becomes(Duration::from_secs(20), |screen| refused(screen) || sent(screen) > Some(confirmed))
        });
        assert!(said, "no word on the press:\n{}", console.screen());
        if refused(&console.screen()) {
            break;
        }
        confirmed += 1;
        assert!(confirmed + 4 < CONTACTS, "a full disk took everything");
    }
    console.wait_for_screen("what was confirmed", |screen| sent(screen) == Some(confirmed));
    server_gets(&served, &console, confirmed as i64);
    disk.make_room();
    confirm_until(&mut console, confirmed + 2);
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, confirmed as i64 + 2);
    leave(console);
    // What the journal holds counts at the next start too.
    let console = served.console();
    console.wait_for_screen("what was confirmed", |screen| sent(screen) == Some(confirmed + 2));
    leave(console);
}

#[test]
fn a_full_disk_of_the_server_takes_nothing_and_still_tells() {
    let data = tempfile::tempdir().expect("a directory");
    let Some(disk) = Disk::mount(data.path(), "8m") else { return };
    let served = Served::start_as(Plan { data: Some(data.path().to_owned()), ..Plan::default() });
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    disk.fill();
    // The database may have room left in files that it has already.
    let mut confirmed = 1;
    while served.accepted() == confirmed as i64 && confirmed < CONTACTS / 2 {
        confirmed += 1;
        confirm_until(&mut console, confirmed);
        console.wait_for_screen("a word on the text", |screen| {
            screen.contains("offline since") || !screen.contains("to upload")
        });
    }
    assert!(confirmed < CONTACTS / 2, "a full disk took everything");
    console.wait_for("offline since");
    console.wait_for("waiting to upload");
    served.block_on(served.admin().campaigns()).expect("what can be read is told");
    confirm_until(&mut console, confirmed + 2);
    disk.make_room();
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, confirmed as i64 + 2);
    assert_eq!(served.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    leave(console);
    drop(served);
}

#[test]
fn a_disk_that_takes_nothing_is_named_at_the_start() {
    let home = Home::new();
    let Some(disk) = Disk::mount(&home.path().join("data"), "4m") else { return };
    let served = Served::start_as(Plan { home: Some(home.clone()), ..Plan::default() });
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    leave(console);
    disk.takes_nothing();
    let mut console = Terminal::start_in(&home, 80, 24, &["text"]);
    assert!(!console.wait_for_end().success());
    console.is_given_back();
    let said = console.screen().to_lowercase();
    assert!(said.contains("read-only") || said.contains("readonly"), "{said}");
    server_gets(&served, &console, 1);

    let data = home.path().join("data").join("served");
    let output = home.command(&["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output().expect("it runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(said.contains("read-only") && said.contains("served"), "{said}");
}
