//! One SVG per workload, with a bar for each contender up to the figure that counts, and a line from the shortest round
//! to the upper quartile.

use core::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::harness::{Figures, Kind, Outcome};

const ROW: u32 = 26;
const WIDTH: u32 = 900;
const NAMES: u32 = 270;

/// Writes the plots of all outcomes to a directory.
pub fn write(directory: &Path, outcomes: &[Outcome]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    outcomes.iter().try_for_each(|outcome| plot(&file(directory, outcome), outcome))
}

fn file(directory: &Path, outcome: &Outcome) -> PathBuf {
    let plain: String =
        outcome.workload.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    directory.join(plain + ".svg")
}

fn colour(row: &Figures) -> RGBColor {
    match row.kind {
        Kind::Ours => RGBColor(0, 114, 178),
        Kind::Rival => RGBColor(170, 170, 170),
        Kind::Floor => RGBColor(221, 200, 120),
    }
}

fn plot(path: &Path, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
    let mut rows: Vec<_> = outcome.rows.iter().filter(|row| row.by(outcome.basis).is_finite()).collect();
    rows.sort_by(|a, b| b.by(outcome.basis).total_cmp(&a.by(outcome.basis)));
    let Some(longest) = rows.first().map(|row| row.by(outcome.basis)) else { return Ok(()) };
    // A bar much longer than the middle one is cut off at the edge, so that it does not leave the others without width.
    let middle = rows[rows.len() / 2].by(outcome.basis);
    let edge = longest.min(middle * 8.0) * 1.25;

    let height = ROW * rows.len() as u32 + 90;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let title = format!("{} · {}", outcome.workload, outcome.operation);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 17))
        .margin(10)
        .margin_left(NAMES)
        .x_label_area_size(35)
        .build_cartesian_2d(0.0..edge, 0.0..rows.len() as f64)?;
    chart.configure_mesh().disable_y_mesh().disable_y_axis().x_desc("ns per operation").draw()?;

    let style = TextStyle::from(("sans-serif", 14).into_font()).pos(Pos::new(HPos::Right, VPos::Center));
    for (index, row) in rows.iter().enumerate() {
        let (low, middle, high) = (index as f64 + 0.15, index as f64 + 0.5, index as f64 + 0.85);
        let value = row.by(outcome.basis);
        chart.draw_series([Rectangle::new([(0.0, low), (value.min(edge), high)], colour(row).filled())])?;
        let spread = [row.min(), row.upper_quartile()].map(|end| (end.min(edge), middle));
        chart.draw_series([PathElement::new(spread, BLACK)])?;
        let (_, y) = chart.backend_coord(&(0.0, middle));
        let name = format!("{}  {value:.1}", row.contender);
        area.draw(&Text::new(name, (NAMES as i32 - 6, y), style.clone()))?;
    }
    area.present()?;
    Ok(())
}
